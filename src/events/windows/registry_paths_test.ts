import assert from "node:assert/strict";
import { registryDetails, registryPath } from "./registry_paths.ts";

Deno.test("roots are abbreviated as Sysmon does (N7)", () => {
  for (
    const [path, expected] of [
      ["\\REGISTRY\\MACHINE\\SOFTWARE\\X", "HKLM\\SOFTWARE\\X"],
      ["\\Registry\\Machine", "HKLM"],
      ["\\REGISTRY\\MACHINERY", "\\REGISTRY\\MACHINERY"],
      ["\\REGISTRY\\USER\\S-1-5-18\\Software", "HKU\\S-1-5-18\\Software"],
      [
        "\\REGISTRY\\MACHINE\\SYSTEM\\CurrentControlSet\\Hardware Profiles\\Current\\X",
        "HKCC\\X",
      ],
      [
        "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services",
        "HKLM\\System\\CurrentControlSet\\Services",
      ],
      ["$&", "$&"],
    ]
  ) assert.equal(registryPath(path), expected);
});

Deno.test("details by type", () => {
  assert.equal(registryDetails(1, "680069000000"), "hi");
  assert.equal(registryDetails(1, ""), "(Empty)");
  assert.equal(registryDetails(4, "01000080"), "DWORD (0x80000001)");
  assert.equal(registryDetails(11, "0100000002000000"), "QWORD (0x00000002-0x00000001)");
  assert.equal(registryDetails(3, "00"), "Binary Data");
  assert.equal(registryDetails(4, "01"), "-");
});
