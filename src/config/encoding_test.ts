import assert from "node:assert/strict";
import { decode } from "./encoding.ts";

const TEXT = `<Sysmon a="é€😀"/>`;

function utf16(text: string, littleEndian: boolean): number[] {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes.push(...(littleEndian ? [unit & 0xff, unit >> 8] : [unit >> 8, unit & 0xff]));
  }
  return bytes;
}

function utf32(text: string, littleEndian: boolean): number[] {
  return [...text].flatMap((character) => {
    const code = character.codePointAt(0)!;
    const bytes = [code & 0xff, (code >> 8) & 0xff, (code >> 16) & 0xff, 0];
    return littleEndian ? bytes : bytes.reverse();
  });
}

const utf8 = (text: string) => [...new TextEncoder().encode(text)];
const latin1 = (text: string) => [...text].map((character) => character.charCodeAt(0));

const READ: readonly [name: string, bytes: number[], text: string][] = [
  ["UTF-8", utf8(TEXT), TEXT],
  ["UTF-8 with mark", [0xef, 0xbb, 0xbf, ...utf8(TEXT)], TEXT],
  ["UTF-16LE with mark", [0xff, 0xfe, ...utf16(TEXT, true)], TEXT],
  ["UTF-16LE without mark", utf16(TEXT, true), TEXT],
  [
    "ISO-8859-1 by declaration",
    latin1(`<?xml version="1.0" encoding='Iso-8859-1'?><a>é\u0080</a>`),
    `<?xml version="1.0" encoding='Iso-8859-1'?><a>é\u0080</a>`,
  ],
];
for (const [name, bytes, text] of READ) {
  Deno.test(`F3: ${name} is read`, () => {
    assert.deepEqual(decode(new Uint8Array(bytes), false), { text, problems: [] });
  });
}

const REFUSED: readonly [name: string, bytes: number[], code: string, textBefore?: string][] = [
  ["nothing", [], "MON001"],
  ["one byte", [0x3c], "MON001"],
  ["UTF-16BE with mark", [0xfe, 0xff, ...utf16(TEXT, false)], "MON003"],
  ["UTF-16BE without mark", utf16(TEXT, false), "MON003"],
  ["UTF-32LE with mark", [0xff, 0xfe, 0, 0, ...utf32(TEXT, true)], "MON003"],
  ["UTF-32LE without mark", utf32(TEXT, true), "MON003"],
  ["UTF-32BE with mark", [0, 0, 0xfe, 0xff, ...utf32(TEXT, false)], "MON003"],
  ["UTF-32BE without mark", utf32(TEXT, false), "MON003"],
  ["a lone continuation byte", [...utf8("<é>"), 0x80, 0x20], "MON004", "<é>"],
  ["an overlong form", [...utf8("<a>"), 0xc0, 0xaf], "MON004", "<a>"],
  ["a surrogate in UTF-8", [...utf8("<a>"), 0xed, 0xa0, 0x80], "MON004", "<a>"],
  ["a code point that is too large", [...utf8("<a>"), 0xf4, 0x90, 0x80, 0x80], "MON004", "<a>"],
  ["a cut sequence at the end", [...utf8("<a>"), 0xe2, 0x82], "MON004", "<a>"],
  ["half a unit of UTF-16", [...utf16("<a>", true), 0x41], "MON004", "<a>"],
  [
    "a lone surrogate in UTF-16",
    [...utf16("<a>", true), 0x00, 0xd8, 0x41, 0x00],
    "MON004",
    "<a>",
  ],
];
for (const [name, bytes, code, textBefore = ""] of REFUSED) {
  Deno.test(`F4: ${name} is refused`, () => {
    const { text, problems } = decode(new Uint8Array(bytes), false);
    assert.equal(text, undefined);
    assert.deepEqual(
      problems.map((p) => [p.severity, p.code, p.textBefore]),
      [["error", code, textBefore]],
    );
  });
}

Deno.test("Q20: the permissive profile replaces invalid bytes", () => {
  const { text, problems } = decode(new Uint8Array([...utf8("<a>"), 0xe9, ...utf8("</a>")]), true);
  assert.equal(text, "<a>\ufffd</a>");
  assert.deepEqual(problems.map((p) => [p.severity, p.code]), [["warning", "MON004"]]);
});

Deno.test("a declared encoding that is not known is ignored with a warning", () => {
  const source = `<?xml version="1.0" encoding="windows-1252"?><a>é</a>`;
  const { text, problems } = decode(new Uint8Array(utf8(source)), false);
  assert.equal(text, source);
  assert.deepEqual(problems.map((p) => [p.severity, p.code]), [["warning", "MON005"]]);
});
