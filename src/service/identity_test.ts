import assert from "node:assert/strict";
import {
  identity,
  IdentityError,
  identityOf,
  ownDirectories,
  ownPlaces,
  startedAs,
} from "./identity.ts";

Deno.test("every place follows from the name", () => {
  assert.deepEqual(identityOf("sysmon", "linux"), {
    name: "sysmon",
    programDirectory: "/opt/sysmon",
    program: "/opt/sysmon/sysmon",
    configDirectory: "/etc/sysmon",
    stateDirectory: "/var/lib/sysmon",
    logDirectory: "/var/log/sysmon",
    runDirectory: "/run/sysmon",
    pinDirectory: "/sys/fs/bpf/sysmon",
  });
});

Deno.test("on Windows everything but the program lies in one folder", () => {
  const windows = identityOf("sysmon.exe", "windows");
  const [programs, data] = ["C:\\Windows", "C:\\ProgramData\\sysmon"];
  assert.deepEqual({ ...windows, programDirectory: programs, program: `${programs}\\sysmon.exe` }, {
    name: "sysmon",
    dataDirectory: data,
    programDirectory: programs,
    program: `${programs}\\sysmon.exe`,
    configDirectory: `${data}\\config`,
    stateDirectory: `${data}\\state`,
    logDirectory: `${data}\\logs`,
    runDirectory: `${data}\\run`,
    pinDirectory: "",
  });
  assert.ok(!ownDirectories(windows).includes(windows.programDirectory));
  assert.ok(!ownPlaces(windows).includes(windows.programDirectory));
  assert.ok(!ownPlaces(windows).includes(windows.logDirectory));
});

Deno.test("the program is monomi until told how it was started", () => {
  try {
    assert.equal(identity().name, "monomi");
    startedAs("Sysmon64.exe");
    assert.equal(identity().name, "Sysmon64");
  } finally {
    startedAs("monomi");
  }
});

for (
  const name of ["", "..", ".hidden", "-i", "a b", "a/b", "monomi (1)", "ä", "x\n", "x".repeat(49)]
) {
  Deno.test(`a file called ${JSON.stringify(name)} is no service`, () => {
    assert.throws(() => identityOf(name), IdentityError);
  });
}
