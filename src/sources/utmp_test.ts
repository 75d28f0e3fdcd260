import { deepStrictEqual as equals } from "node:assert/strict";
import { parseLogons } from "./utmp.ts";

function record(type: number, line: string, user: string, seconds: number): Uint8Array {
  const bytes = new Uint8Array(384);
  const view = new DataView(bytes.buffer);
  view.setInt16(0, type, true);
  bytes.set(new TextEncoder().encode(line), 8);
  bytes.set(new TextEncoder().encode(user), 44);
  view.setUint32(340, seconds, true);
  return bytes;
}

Deno.test("only user logons count, a cut record is left out", () => {
  const file = new Uint8Array([
    ...record(7, "pts/3", "ann", 1700000000),
    ...record(8, "pts/4", "bob", 1700000001),
    ...record(7, "tty1", "root", 1700000002).subarray(0, 100),
  ]);
  equals([...parseLogons(file)], [["pts/3 ann", 1700000000]]);
});
