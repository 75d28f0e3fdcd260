/** Damages texts: by bytes, and by what XML and YAML are made of. */

import { Random } from "../../src/testing/random.ts";
import { EVENT_TAGS, EVENTS, OPERATORS } from "../../src/schema/mod.ts";

const WORDS = [
  ...EVENT_TAGS,
  ...OPERATORS,
  ...new Set(EVENTS.flatMap(({ fields }) => fields.map(({ name }) => name))),
  ..."Sysmon EventFiltering RuleGroup Rule HashAlgorithms FieldSizes CaptureClipboard".split(" "),
  ..."onmatch default groupRelation condition name schemaversion xmlns".split(" "),
  ..."include exclude and or 4.90 4.1 99 -1 1e1 0x5 true null".split(" "),
];
const PIECES = [
  ..."<>/&'\"=;-:[]{}#*!?|%@`,\n\r\t \0é€😀\ufeff\u2028\x85",
  "<!--",
  "-->",
  "<![CDATA[",
  "]]>",
  "<?xml version='1.0'?>",
  "<!DOCTYPE x [<!ENTITY a 'b'>]>",
  "&a;",
  "&#0;",
  "&#xD800;",
  "&#x110000;",
  "</Sysmon>",
  "<Rule>",
  "- ",
  ": ",
  "? ",
  "&a ",
  "*a ",
  "<<: ",
  "!!binary ",
  "---\n",
  "...\n",
  "|2\n",
  "\n      ",
];

/** A few damages, one after the other, to `text`; parts of `other` may come into it. */
export function damageText(text: string, other: string, random: Random): string {
  let damaged = text;
  for (let times = random.of([1, 1, 1, 2, 5]); times > 0; times--) {
    damaged = random.of(DAMAGES)(damaged, other, random);
  }
  return damaged;
}

/** How a damaged text becomes bytes: mostly as it should, else in another encoding, or broken. */
export function encodeText(text: string, random: Random): Uint8Array {
  const utf8 = () => new TextEncoder().encode(text);
  switch (random.below(40)) {
    case 0:
      return utf16(`\ufeff${text}`, true);
    case 1:
      return utf16(text, true);
    case 2:
      return utf16(`\ufeff${text}`, false);
    case 3:
      return Uint8Array.from(text, (unit) => unit.charCodeAt(0) & 0xff);
    case 4:
      return new TextEncoder().encode(`\ufeff${text}`);
    case 5:
      return utf8().map((byte) => random.below(200) === 0 ? random.below(256) : byte);
    default:
      return utf8();
  }
}

type Damage = (text: string, other: string, random: Random) => string;

const DAMAGES: readonly Damage[] = [
  (text, _, random) => spliced(text, random, ""),
  (text, _, random) => inserted(text, random.of(PIECES), random),
  (text, _, random) => inserted(text, String.fromCharCode(random.below(0x300)), random),
  (text, _, random) => inserted(text, stretch(text, random), random),
  (text, other, random) => inserted(text, stretch(other, random), random),
  (text, _, random) => text.slice(0, random.below(text.length + 1)),
  (text, other, random) => tokenwise(XML_TOKEN, text, other, random),
  (text, other, random) => tokenwise(XML_TOKEN, text, other, random),
  (text, other, random) => tokenwise(LINE, text, other, random),
  renamed,
  renamed,
  withAttribute,
];

const XML_TOKEN = /<[^>]*>|[^<]+/g;
const LINE = /[^\n]*\n/g;

function spliced(text: string, random: Random, replacement: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + replacement + text.slice(at + random.below(20));
}

function inserted(text: string, piece: string, random: Random): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + piece + text.slice(at);
}

function stretch(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  return text.slice(at, at + random.below(200));
}

/** Deletes, doubles, swaps or takes over a tag, a text between two tags, or a line. */
function tokenwise(token: RegExp, text: string, other: string, random: Random): string {
  const tokens = text.match(token) ?? [];
  if (tokens.length < 2) return text;
  const [from, to] = [random.below(tokens.length), random.below(tokens.length)];
  switch (random.below(5)) {
    case 0:
      tokens.splice(from, 1 + random.below(3));
      break;
    case 1:
      tokens.splice(to, 0, ...tokens.slice(from, from + 1 + random.below(4)));
      break;
    case 2:
      [tokens[from], tokens[to]] = [tokens[to], tokens[from]];
      break;
    case 3:
      tokens.splice(to, 0, random.of(other.match(token) ?? [""]));
      break;
    default:
      tokens[from] = ` ${tokens[from]}`;
  }
  return tokens.join("");
}

function renamed(text: string, _: string, random: Random): string {
  const words = [...text.matchAll(/[A-Za-z][\w.]*/g)];
  if (words.length === 0) return text;
  const { index, 0: word } = random.of(words);
  return text.slice(0, index) + random.of(WORDS) + text.slice(index + word.length);
}

function withAttribute(text: string, _: string, random: Random): string {
  const ends = [...text.matchAll(/\s*\/?>/g)];
  if (ends.length === 0) return text;
  const { index } = random.of(ends);
  const attribute = ` ${random.of(WORDS)}="${random.of(WORDS)}"`;
  return text.slice(0, index) + attribute + text.slice(index);
}

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(text.length * 2));
  for (let i = 0; i < text.length; i++) bytes.setUint16(i * 2, text.charCodeAt(i), littleEndian);
  return new Uint8Array(bytes.buffer);
}
