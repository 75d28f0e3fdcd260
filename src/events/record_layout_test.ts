import assert from "node:assert/strict";
import * as layout from "./record_layout.ts";

const SNAPSHOT = new URL("../../native/record/layout.txt", import.meta.url);
const ADVICE = "run `deno task layout` after a change of native/record";

/** Everything that the snapshot says, in the shape of record_layout.ts. */
function snapshot(): Record<string, unknown> {
  const groups: Record<string, Record<string, number>> = {
    Kind: {},
    Flag: {},
    How: {},
    Access: {},
    Deed: {},
    Relation: {},
    Role: {},
    Counter: {},
  };
  const sizes = new Map<Record<string, number>, number>();
  let version: number | undefined;
  let fields: Record<string, number> = {};
  for (const line of Deno.readTextFileSync(SNAPSHOT).trimEnd().split("\n")) {
    const words = line.trim().split(" ");
    const value = Number(words.at(-1));
    const [word, name] = words;
    if (line.startsWith("  ")) {
      if (word !== "header") fields[camelCase(word)] = value;
    } else if (word === "version") {
      version = value;
    } else if (word === "struct") {
      groups[`${name}Layout`] = fields = {};
      sizes.set(fields, value);
    } else {
      groups[word[0].toUpperCase() + word.slice(1)][name] = value;
    }
  }
  for (const [structure, bytes] of sizes) structure.bytes = bytes;
  return { LAYOUT_VERSION: version, ...groups };
}

function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
}

Deno.test("constants and offsets are those of the snapshot, no more and no fewer", () => {
  assert.deepEqual({ ...layout }, snapshot(), ADVICE);
});

Deno.test("fields follow one another without overlap, 32-bit words on their boundaries", () => {
  const text = Deno.readTextFileSync(SNAPSHOT);
  const widths: Readonly<Record<string, number>> = {
    u16: 2,
    u32: 4,
    u64: 8,
    "[u8; 16]": 16,
    Header: layout.HeaderLayout.bytes,
  };
  let end = 0;
  for (const line of text.split("\n")) {
    if (line.startsWith("struct")) end = 0;
    const field = /^ {2}(\w+) (.+) at (\d+)$/.exec(line);
    if (field === null) continue;
    const [, name, type, at] = field;
    assert.equal(Number(at), end, `${name}: ${ADVICE}`);
    assert.equal(end % Math.min(widths[type], 8), 0, name);
    end += widths[type];
  }
});
