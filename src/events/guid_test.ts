import { deepStrictEqual as equals, notStrictEqual as differs } from "node:assert/strict";
import { machineNumber, processGuid, sysmonGuid } from "./guid.ts";

Deno.test("a GUID has Sysmon's byte order (example of config-semantics T4)", () => {
  equals(
    sysmonGuid(0x2424faa4, 0x616ca3f4, 0x7022b4e1, 0x000055fe),
    "{2424faa4-a3f4-616c-e1b4-2270fe550000}",
  );
});

Deno.test("pid reuse and repeated exec give different GUIDs", () => {
  const first = processGuid(1, 1000, 5, 77, 3);
  differs(first, processGuid(1, 1000, 6, 77, 3));
  differs(first, processGuid(1, 1000, 5, 77, 4));
  differs(first, processGuid(1, 1000, 5, 78, 3));
  equals(first, processGuid(1, 1000, 5, 77, 3));
});

Deno.test("a machine id gives its first eight digits, anything else zero", () => {
  equals(machineNumber("ff032593a8d34f13b0d601fc615a0f97\n"), 0xff032593);
  equals(machineNumber(""), 0);
  equals(machineNumber("uninitialized"), 0);
});
