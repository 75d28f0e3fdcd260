/** What the fields of events can hold (config-semantics 5.3, N7), and which operands that rules out. */
import type { HashAlgorithm } from "../config/model.ts";
import { foldAscii } from "../rules/text.ts";
import type { FieldDefinition } from "../schema/types.ts";
import type { Platform } from "./context.ts";
import { holds, type Predicate } from "./predicate.ts";

/** The texts that a field can hold. Errs on the side of too many. */
export interface Domain {
  /** What a text of it looks like, with an example; completes "it holds …". */
  readonly description: string;
  /** All texts, folded, where there are few. */
  readonly values?: readonly string[];
  isWhole(text: string): boolean;
  isBeginning(text: string): boolean;
  isEnding(text: string): boolean;
  isPiece(text: string): boolean;
}

/** What the domains of a configuration depend on. */
export interface DomainOptions {
  readonly hashAlgorithms: ReadonlySet<HashAlgorithm>;
  readonly platform: Platform | undefined;
}

/** The domain of a field, or undefined where anything may be in it. */
export function domainOf(
  tag: string,
  field: FieldDefinition,
  options: DomainOptions,
): Domain | undefined {
  const events = EVENT_TYPES[tag];
  if (field.name === "EventType" && events !== undefined) {
    return oneOf(events, `one of ${events.join(", ")}`);
  }
  switch (field.name) {
    case "IsExecutable":
    case "Signed":
      return oneOf(["true", "false", "-"], "true or false");
    case "Protocol":
      return oneOf(["tcp", "udp", "-"], "tcp or udp");
    case "SourceIp":
    case "DestinationIp":
      return ADDRESS;
    case "UtcTime":
    case "CreationUtcTime":
    case "PreviousCreationUtcTime":
      return TIME;
    case "Hashes":
    case "Hash":
      return hashes(options.hashAlgorithms);
    case "LogonId":
      return logonId(options.platform);
  }
  switch (field.type) {
    case "boolean":
      return BOOLEAN;
    case "uint16":
      return PORT;
    case "uint32":
      return UINT32;
    case "hexint32":
      return HEXINT32;
    case "guid":
      return GUID;
    default:
      return undefined;
  }
}

/** Whether some text of the domain makes the statement true; its negation is not looked at. */
export function isPossible(predicate: Predicate, domain: Domain): boolean {
  const positive = { ...predicate, negated: false };
  if (domain.values !== undefined) return domain.values.some((value) => holds(positive, value));
  const { shape, texts } = predicate;
  return shape === "contains all"
    ? texts.every((text) => isPossibleText(predicate, text, domain))
    : texts.some((text) => isPossibleText(predicate, text, domain));
}

/** Whether the statement could be true of some text of the domain because of this item of it. */
export function isPossibleText({ shape }: Predicate, text: string, domain: Domain): boolean {
  if (domain.values !== undefined) {
    const check = POSSIBLE_VALUE[shape];
    return check === undefined || domain.values.some((value) => check(value, text));
  }
  switch (shape) {
    case "one of":
    case "last part":
      return domain.isWhole(text);
    case "begins":
      return text === "" || domain.isBeginning(text);
    case "ends":
      return text === "" || domain.isEnding(text);
    case "contains any":
    case "contains all":
      return text === "" || domain.isPiece(text);
    default:
      return true;
  }
}

const POSSIBLE_VALUE: Partial<
  Record<Predicate["shape"], (value: string, text: string) => boolean>
> = {
  "one of": (value, text) => value === text,
  "last part": (value, text) => value === text,
  "begins": (value, text) => value.startsWith(text),
  "ends": (value, text) => value.endsWith(text),
  "contains any": (value, text) => value.includes(text),
  "contains all": (value, text) => value.includes(text),
};

const EVENT_TYPES: Readonly<Record<string, readonly string[]>> = {
  RegistryEvent: [
    "CreateKey",
    "DeleteKey",
    "RenameKey",
    "CreateValue",
    "DeleteValue",
    "RenameValue",
    "SetValue",
  ],
  PipeEvent: ["CreatePipe", "ConnectPipe"],
  WmiEvent: ["WmiFilterEvent", "WmiConsumerEvent", "WmiBindingEvent"],
};

function oneOf(values: readonly string[], description: string): Domain {
  const folded = values.map(foldAscii);
  return {
    description,
    values: folded,
    isWhole: (text) => folded.includes(text),
    isBeginning: (text) => folded.some((value) => value.startsWith(text)),
    isEnding: (text) => folded.some((value) => value.endsWith(text)),
    isPiece: (text) => folded.some((value) => value.includes(text)),
  };
}

function matching(
  description: string,
  whole: RegExp,
  beginning: RegExp,
  ending: RegExp,
  piece: RegExp,
): Domain {
  return {
    description,
    isWhole: (text) => whole.test(text),
    isBeginning: (text) => beginning.test(text),
    isEnding: (text) => ending.test(text),
    isPiece: (text) => piece.test(text),
  };
}

function number(largest: number): Domain {
  const isNumber = (text: string) => /^(0|[1-9]\d*)$/.test(text) && Number(text) <= largest;
  const digits = new RegExp(`^\\d{1,${String(largest).length}}$`);
  return {
    description: "a decimal number without blanks or leading zeros",
    isWhole: isNumber,
    isBeginning: isNumber,
    isEnding: (text) => digits.test(text),
    isPiece: (text) => digits.test(text),
  };
}

function hexadecimal(digits: number, description: string): Domain {
  const value = `(0|[1-9a-f][0-9a-f]{0,${digits - 1}})`;
  const some = `[0-9a-f]{1,${digits}}`;
  return matching(
    description,
    new RegExp(`^0x${value}$`),
    new RegExp(`^(0|0x|0x${value})$`),
    new RegExp(`^(${some}|0?x${value})$`),
    new RegExp(`^(${some}|0?x${value}?)$`),
  );
}

function logonId(platform: Platform | undefined): Domain {
  const windows = hexadecimal(16, "0x and hexadecimal digits, as in 0x3e7");
  const linux = { ...number(65_535), description: "the user id as a decimal number" };
  if (platform === "windows") return windows;
  if (platform === "linux") return linux;
  return {
    description: "0x and hexadecimal digits on Windows, a decimal number on Linux",
    isWhole: (text) => windows.isWhole(text) || linux.isWhole(text),
    isBeginning: (text) => windows.isBeginning(text) || linux.isBeginning(text),
    isEnding: (text) => windows.isEnding(text) || linux.isEnding(text),
    isPiece: (text) => windows.isPiece(text) || linux.isPiece(text),
  };
}

const BOOLEAN = oneOf(["true", "false"], "true or false");
const PORT = number(65_535);
const UINT32 = number(4_294_967_295);
const HEXINT32 = hexadecimal(
  8,
  "0x and hexadecimal digits without leading zeros, as in 0x1fffff",
);

/** Texts of one length with a class of characters at each place: `h` hexadecimal, `d` decimal. */
function pattern(description: string, template: string, others: readonly RegExp[] = []): Domain {
  const fits = (text: string, from: number) => {
    for (let i = 0; i < text.length; i++) {
      const expected = template[from + i];
      const given = text[i];
      const good = expected === "h"
        ? /[0-9a-f]/.test(given)
        : expected === "d"
        ? /[0-9]/.test(given)
        : expected === given;
      if (!good) return false;
    }
    return true;
  };
  const isOther = (text: string) => others.some((other) => other.test(text));
  const starts = Array.from(template, (_, i) => i);
  return {
    description,
    isWhole: (text) => (text.length === template.length && fits(text, 0)) || isOther(text),
    isBeginning: (text) => (text.length <= template.length && fits(text, 0)) || isOther(text),
    isEnding: (text) =>
      (text.length <= template.length && fits(text, template.length - text.length)) ||
      isOther(text),
    isPiece: (text) =>
      starts.some((from) => from + text.length <= template.length && fits(text, from)) ||
      isOther(text),
  };
}

const GUID = pattern(
  "braces around five groups of hexadecimal digits, as in " +
    "{2424faa4-a3f4-616c-e1b4-2270fe550000}",
  "{hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh}",
);
// Times that cannot be converted are written in words (T1), and a missing one is `-`.
const TIME = pattern(
  "YYYY-MM-DD HH:MM:SS.mmm in UTC, as in 2026-01-31 23:59:58.123",
  "dddd-dd-dd dd:dd:dd.ddd",
  [/^-$/, /^[incoret fl:0-9a-fx]+$/],
);

const GROUP = "(?:0|[1-9a-f][0-9a-f]{0,3})";
const BYTE = "(?:0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
const ADDRESS = matching(
  "four decimal numbers, or eight groups that are never shortened, as in 0:0:0:0:0:0:0:1",
  new RegExp(`^(-|${BYTE}(\\.${BYTE}){3}|${GROUP}(:${GROUP}){7})$`),
  new RegExp(`^(-|${BYTE}(\\.${BYTE}){0,3}\\.?|${GROUP}(:${GROUP}){0,7}:?)$`),
  new RegExp(
    `^(-|\\.?|([0-9]{1,3}|\\.${BYTE})(\\.${BYTE}){0,3}|([0-9a-f]{1,4}|:${GROUP})(:${GROUP}){0,7})$`,
  ),
  /^(-|\.?[0-9]{0,3}(\.[0-9]{1,3}){0,3}\.?|:?[0-9a-f]{0,4}(:[0-9a-f]{1,4}){0,7}:?)$/,
);

const DIGITS: Readonly<Record<HashAlgorithm, number>> = {
  SHA1: 40,
  MD5: 32,
  SHA256: 64,
  IMPHASH: 32,
};
const ALGORITHMS: readonly HashAlgorithm[] = ["SHA1", "MD5", "SHA256", "IMPHASH"];

/** T16: `NAME=hex` joined by commas in fixed order. Only IMPHASH may be absent where others are not. */
function hashes(computed: ReadonlySet<HashAlgorithm>): Domain {
  const parts = ALGORITHMS.filter((name) => computed.has(name));
  const required = parts.filter((name) => name !== "IMPHASH");
  const text = (name: HashAlgorithm) => `${name.toLowerCase()}=[0-9a-f]{${DIGITS[name]}}`;
  const all = parts.map(text).join(",");
  const withoutImphash = required.map(text).join(",");
  const whole = new RegExp(`^(-|${all}|${withoutImphash || "-"})$`);
  const isPiece = (piece: string) => isPieceOfHashes(piece, parts);
  return {
    description: `${parts.map((name) => `${name}=…`).join(",")} as one text`,
    isWhole: (value) => whole.test(value),
    isBeginning: isPiece,
    isEnding: isPiece,
    isPiece,
  };
}

function isPieceOfHashes(piece: string, parts: readonly HashAlgorithm[]): boolean {
  if (piece === "-") return true;
  if (!/^[a-z0-9=,]*$/.test(piece)) return false;
  const names = parts.map((name) => name.toLowerCase());
  const longest = Math.max(...parts.map((name) => DIGITS[name]));
  const segments = piece.split(",");
  let last = -1;
  for (const [i, segment] of segments.entries()) {
    const [name, digits] = segment.includes("=") ? segment.split("=", 2) : [undefined, segment];
    if (name === undefined) {
      // Without its name: digits of some algorithm, or the beginning of a name at the end.
      const isBeginning = i === segments.length - 1 && names.some((n) => n.startsWith(segment));
      const isDigits = i === 0 && /^[0-9a-f]*$/.test(digits) && digits.length <= longest;
      const isPieceOfName = segments.length === 1 && names.some((n) => n.includes(segment));
      if (!isBeginning && !isDigits && !isPieceOfName) return false;
      continue;
    }
    const candidates = names.flatMap((n, index) =>
      (i === 0 ? n.endsWith(name) : n === name) && index > last ? [index] : []
    );
    const fitting = candidates.filter((index) =>
      /^[0-9a-f]*$/.test(digits) && digits.length <= DIGITS[parts[index]]
    );
    if (fitting.length === 0) return false;
    last = fitting[0];
  }
  return true;
}
