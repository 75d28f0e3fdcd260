import assert from "node:assert/strict";
import { keptEpoch } from "./kept_epoch.ts";

const BOOT = "7c5f1a52-4d5c-4c0e-9f0b-000000000001";
const HOUR = 3_600_000;

Deno.test("what GUIDs count from stays for a boot, whatever is done to the clock", () => {
  const directory = Deno.makeTempDirSync();
  const path = `${directory}/boot-epoch`;
  assert.equal(keptEpoch(directory, 1_000_000.4, BOOT), 1_000_000);
  assert.equal(keptEpoch(directory, 1_000_000 - HOUR, BOOT), 1_000_000);
  assert.equal(keptEpoch(directory, 2_000_000, BOOT.replace(/1$/, "2")), 2_000_000);
  assert.equal(keptEpoch(directory, 3_000_000, BOOT.replace(/1$/, "2")), 2_000_000);
  if (Deno.build.os !== "windows") assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);

  for (const damaged of ["", BOOT, `${BOOT} 12`, `${BOOT} 1e9\n`, `${BOOT} 1\n2\n`]) {
    Deno.writeTextFileSync(path, damaged);
    assert.equal(keptEpoch(directory, 4_000_000, BOOT), 4_000_000, JSON.stringify(damaged));
  }
  Deno.removeSync(directory, { recursive: true });
  assert.equal(keptEpoch(directory, 5_000_000, BOOT), 5_000_000, "a directory that is not there");
});
