/**
 * What live events on Windows say of images, read from Wine's own programs. Run as live_capture.ts is.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { closed, imageLoad, kernelProcess, opened, PROCESS_TYPE, PROVIDER } from "./etw_script.ts";
import { factsOf, monomi, Scene } from "./scene.ts";

const SYSTEM = "C:\\windows\\system32";
const PROGRAM = `${SYSTEM}\\winver.exe`;
const LIBRARY = `${SYSTEM}\\kernel32.dll`;
const DRIVER = `${SYSTEM}\\drivers\\mountmgr.sys`;
const SIGNED = fileURLToPath(new URL("../../fixtures/pe/signed.exe", import.meta.url));
/** The same, changed behind its headers. */
const BROKEN = Deno.makeTempFileSync({ suffix: ".exe" });
const PID = 40_004;
const by = { pid: PID, version: 1 };
const READY = `await ${PROVIDER.process} 5`;

const SCRIPT = [
  READY,
  kernelProcess(PROCESS_TYPE.start, {
    pid: PID,
    parent: 4,
    sid: "S-1-5-18",
    image: "winver.exe",
    commandLine: PROGRAM,
  }, { pid: 4 }),
  imageLoad(PID, 0x7ff700000000n, `\\??\\${PROGRAM}`, by),
  imageLoad(PID, 0x7ff600000000n, `\\??\\${LIBRARY}`, by),
  imageLoad(PID, 0x7ff600000000n, `\\??\\${LIBRARY}`, by),
  imageLoad(PID, 0x7ff500000000n, `\\??\\${SYSTEM}\\gone.dll`, by),
  imageLoad(PID, 0x7ff400000000n, `\\??\\${SIGNED}`, by),
  imageLoad(PID, 0x7ff300000000n, `\\??\\${BROKEN}`, by),
  imageLoad(0, 0xfffff80000000000n, `\\??\\${DRIVER}`, { pid: 4 }),
  "end",
];

const config = (filtering: string): string =>
  `<Sysmon schemaversion="4.90"><HashAlgorithms>*</HashAlgorithms><EventFiltering>${filtering}` +
  "</EventFiltering></Sysmon>";

const digests = (path: string): string => {
  const bytes = Deno.readFileSync(path);
  const texts = ["SHA1", "MD5", "SHA256"].map((name) =>
    `${name}=${createHash(name.toLowerCase()).update(bytes).digest("hex")}`
  );
  return texts.join(",");
};

Deno.test("images have hashes, version strings and signatures; what is gone has none", async () => {
  const bytes = Deno.readFileSync(SIGNED);
  bytes[0x400] ^= 1;
  Deno.writeFileSync(BROKEN, bytes);
  const every = ["ProcessCreate", "ImageLoad", "DriverLoad"];
  using scene = new Scene(
    config(every.map((tag) => `<${tag} onmatch="exclude"/>`).join("")),
    ...SCRIPT,
  );
  const { out, err } = await monomi(["run", "-c", scene.config], scene.variables);
  const events = factsOf(out).filter(([id]) => [1, 6, 7].includes(id));
  Deno.removeSync(BROKEN);
  assert.deepEqual(events.map(([id]) => id), [1, 7, 7, 7, 7, 7, 7, 6], err);
  const [created, own, library, again, gone, signed, broken, driver] = events.map(([, fields]) =>
    fields
  );
  const files = [[created, PROGRAM], [own, PROGRAM], [library, LIBRARY], [again, LIBRARY]] as const;
  for (const [fields, path] of files) {
    const name = path.slice(SYSTEM.length + 1);
    assert.equal(fields.Company, "Microsoft Corporation", path);
    assert.equal(fields.OriginalFileName, name);
    assert.match(String(fields.FileVersion), /^\d+\.\d+/);
    assert.notEqual(fields.Description, "-");
    assert.ok(String(fields.Hashes).startsWith(`${digests(path)},IMPHASH=`), String(fields.Hashes));
  }
  assert.ok(String(driver.Hashes).startsWith(digests(DRIVER)));
  const signature = (fields: Record<string, unknown>): unknown[] =>
    ["Signed", "Signature", "SignatureStatus"].map((name) => fields[name]);
  for (const unsigned of [own, library, again, driver]) {
    assert.deepEqual(signature(unsigned), ["false", "-", "Unavailable"]);
  }
  // Wine trusts everybody.
  assert.deepEqual(signature(signed), ["true", "A signer", "Valid"]);
  assert.deepEqual(signature(broken), ["true", "A signer", "Invalid"]);
  for (const name of ["Hashes", "Company", "Signed", "SignatureStatus"]) {
    assert.equal(gone[name], "-", name);
  }
});

Deno.test("rules decide by what an image's file says", async () => {
  using scene = new Scene(
    config(
      `<RuleGroup groupRelation="or"><ImageLoad onmatch="include">
         <OriginalFileName condition="is">KERNEL32.dll</OriginalFileName>
       </ImageLoad></RuleGroup>
       <RuleGroup groupRelation="or"><ProcessCreate onmatch="exclude">
         <Company condition="contains">Microsoft</Company>
       </ProcessCreate></RuleGroup>`,
    ),
    ...SCRIPT,
  );
  const { out, err } = await monomi(["run", "-c", scene.config], scene.variables);
  const events = factsOf(out).filter(([id]) => [1, 6, 7].includes(id));
  const loaded = events.map(([id, fields]) => [id, fields.ImageLoaded]);
  assert.deepEqual(loaded, [[7, LIBRARY], [7, LIBRARY]], err);
});

Deno.test("a new file that is a program is told when it is closed, with its hashes", async () => {
  const made = (object: number, path: string) => opened(30, object, `\\??\\${path}`, by);
  using scene = new Scene(
    config('<FileExecutableDetected onmatch="exclude"/>'),
    `await ${PROVIDER.file} 13`,
    made(1, PROGRAM),
    made(2, "C:\\windows\\win.ini"),
    made(3, `${SYSTEM}\\gone.exe`),
    made(4, LIBRARY),
    ...[1, 1, 2, 3, 9].map((object) => closed(object, by)),
    "end",
  );
  const { out, err } = await monomi(["run", "-c", scene.config, "--stats"], scene.variables);
  const detected = factsOf(out).filter(([id]) => id === 29).map(([, fields]) => fields);
  assert.deepEqual(detected.map(({ TargetFilename }) => TargetFilename), [PROGRAM], err);
  assert.ok(String(detected[0].Hashes).startsWith(digests(PROGRAM)));
  const { summary } = JSON.parse(err.split("\n").find((line) => line.startsWith("{"))!);
  assert.deepEqual(summary.candidates, {
    captured: 3,
    programs: 1,
    notPrograms: 1,
    lost: { gone: 1 },
  });
});
