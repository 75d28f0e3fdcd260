import assert from "node:assert/strict";
import { packPath, packTarget, type RequestPolicy } from "./request.ts";

const FIXTURE = new URL("../../fixtures/abi/hash-request.bin", import.meta.url);

/** The request of the fixture; native/hash/src/request.rs builds the same one. */
const TARGET = {
  pid: 0x01020304,
  path: new Uint8Array([...new TextEncoder().encode("/opt/café/"), 0xff]),
  device: 0x11 * 2 ** 20 + 0x22222,
  inodeLow: 0x44332211,
  inodeHigh: 0x88776655,
  sizeLow: 0x6789abcd,
  sizeHigh: 0x00012345,
  mtimeLow: Number(1_700_000_000_123_456_789n & 0xffffffffn),
  mtimeHigh: Number(1_700_000_000_123_456_789n >> 32n),
  ctimeLow: -1,
  ctimeHigh: 0xffffffff,
};
const POLICY: RequestPolicy = {
  algorithms: ["IMPHASH", "SHA1", "SHA256"],
  maxSize: 512 * 2 ** 20,
  budgetMs: 2000,
  allowFuse: true,
};

Deno.test("packed form is the checked-in one", async () => {
  assert.deepEqual(packTarget(TARGET, POLICY), await Deno.readFile(FIXTURE));
});

Deno.test("what must be a program is named by its identity, whatever has changed since", () => {
  const flags = (target: typeof TARGET) =>
    new DataView(packTarget({ ...target, mustBeProgram: true }, POLICY).buffer).getUint16(2, true);
  assert.equal(flags(TARGET), 1 | 4 | 8);
  assert.equal(flags({ ...TARGET, inodeLow: 0, inodeHigh: 0 }), 4 | 8);
});

Deno.test("a path alone has no identity", () => {
  const packed = packPath("/etc/é", { ...POLICY, allowFuse: false, maxSize: 3 * 2 ** 32 + 5 });
  const view = new DataView(packed.buffer);
  assert.equal(view.getUint16(2, true), 0);
  assert.equal(view.getUint32(4, true), 0);
  assert.equal(view.getBigUint64(48, true), 3n * 2n ** 32n + 5n);
  assert.equal(view.getUint16(62, true), 7);
  assert.equal(new TextDecoder().decode(packed.subarray(64)), "/etc/é");
});

Deno.test("a path that no kernel has does not overflow its length", () => {
  const packed = packPath("/".repeat(70_000), POLICY);
  assert.equal(packed.length, 64 + 0xffff);
  assert.equal(new DataView(packed.buffer).getUint16(62, true), 0xffff);
});
