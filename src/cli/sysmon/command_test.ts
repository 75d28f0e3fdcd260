import assert from "node:assert/strict";
import { monomi, type Run } from "../testing.ts";
import { isSysmonCommandLine } from "./recognise.ts";

const VALID = `<Sysmon schemaversion="4.81">
  <EventFiltering>
    <ProcessCreate onmatch="include"><Image condition="end with">/sh</Image></ProcessCreate>
  </EventFiltering>
</Sysmon>
`;
const REFUSED = `<Sysmon schemaversion="4.81"><Nothing/></Sysmon>`;

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/valid.xml`, VALID);
    await Deno.writeTextFile(`${folder}/refused.xml`, REFUSED);
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const isUsage = ({ stderr }: Run) => /^Usage:$/m.test(stderr);

/** None of these gets as far as to ask whether this is root. */
const CASES: readonly {
  readonly line: string;
  readonly code: number;
  readonly says?: RegExp;
  readonly complains?: RegExp;
  readonly usage: boolean;
}[] = [
  { line: "-?", code: 0, usage: true },
  { line: "-h", code: 0, usage: true },
  { line: "/HELP", code: 0, usage: true },
  { line: "-? config", code: 0, says: /^Configuration usage:$/m, usage: false },
  { line: "-help Configuration", code: 0, says: /^Configuration usage:$/m, usage: false },
  { line: "-q", code: 87, usage: true },
  { line: "-i -c", code: 87, usage: true },
  { line: "-i none.xml", code: 87, complains: /there is no such file/, usage: true },
  { line: "-i refused.xml", code: 87, complains: /refused\.xml:1:31: error: /, usage: true },
  { line: "-c -h md5,what", code: 87, complains: /Invalid hashing algorithm: what/, usage: true },
  { line: "-c -k a,b,c,d,e,f,g,h,i,j", code: 87, complains: /Too many entries/, usage: true },
  { line: "-s", code: 0, says: /<manifest schemaversion="4\.90"/, usage: false },
  { line: "-S 4.8", code: 0, says: /<manifest schemaversion="4\.81"/, usage: false },
  { line: "-s 9", code: 0, says: /There is no schema that matches that version\./, usage: false },
  { line: "-i --", code: 87, says: /The '--' switch must be used with -c/, usage: false },
  { line: "-c -r", code: 87, says: /^Option not implemented on Linux\.$/m, usage: false },
  {
    line: "-i valid.xml -d x",
    code: 87,
    says: /^Option not implemented on Linux\.$/m,
    usage: false,
  },
  { line: "-c -t loud", code: 87, says: /Possible options for DebugMode: verbose/, usage: false },
];

for (const { line, code, says, complains, usage } of CASES) {
  Deno.test(`${line}: ${code}`, () =>
    inFolder(async (cwd) => {
      const run = await monomi(line.split(" "), { cwd });
      assert.equal(run.code, code, run.stdout + run.stderr);
      assert.match(run.stdout, /^\nSysmon v[\d.]+ - Monitors system events\n/);
      assert.equal(isUsage(run), usage, run.stderr);
      if (says !== undefined) assert.match(run.stdout, says);
      if (complains !== undefined) assert.match(run.stderr, complains);
    }));
}

Deno.test("-x writes what a configuration means once, then compares; -y writes its rules", () =>
  inFolder(async (cwd) => {
    const said = await monomi(["-c", "valid.xml", "-x", "dump"], { cwd });
    assert.equal(said.code, 0, said.stderr);
    assert.match(said.stdout, /^Loading configuration file with schema version 4\.81$/m);
    assert.match(said.stdout, /^Sysmon schema version: 4\.90$/m);
    assert.match(said.stdout, /^Configuration file validated\.$/m);
    Deno.writeTextFileSync(`${cwd}/same.xml`, VALID);
    Deno.writeTextFileSync(`${cwd}/other.xml`, VALID.replace("/sh", "/bash"));
    const codes = [];
    for (const args of [["same.xml", "dump"], ["other.xml", "dump"], ["valid.xml", "no/dump"]]) {
      codes.push((await monomi(["-c", args[0], "-x", args[1]], { cwd })).code);
    }
    assert.deepEqual(codes, [0, 254, 255]);
    assert.equal((await monomi(["-c", "valid.xml", "-y", "rules"], { cwd })).code, 0);
    assert.match(Deno.readTextFileSync(`${cwd}/rules`), / - ProcessCreate +onmatch: include/);
  }));

Deno.test("commands and their options are not taken for switches", () => {
  for (const line of ["run -c x", "--help", "--version", "--what", "/etc/x/y", "help"]) {
    assert.ok(!isSysmonCommandLine(line.split(" "), "monomi"), line);
  }
  for (const line of ["-i", "-c x", "--", "/i", "/etc", "-"]) {
    assert.ok(isSysmonCommandLine(line.split(" "), "monomi"), line);
  }
  assert.ok(!isSysmonCommandLine([], "monomi"));
  assert.ok(isSysmonCommandLine([], "sysmon"));
  assert.ok(isSysmonCommandLine(["--what"], "Sysmon64"));
});

Deno.test("what needs no service works under names that no service can have", async () => {
  const called = (...args: string[]) => monomi(["--monomi-name=my sysmon (1)", ...args]);
  const usage = await called("-?");
  assert.equal(usage.code, 0);
  assert.match(usage.stderr, /my sysmon \(1\) -u \[force\]/);
  assert.equal((await called("-s")).code, 0);
});

Deno.test("called sysmon, what is neither switch nor command is Sysmon's wrong usage", async () => {
  const run = await monomi(["--monomi-name=sysmon", "config.xml"]);
  assert.equal(run.code, 87);
  assert.ok(isUsage(run));
});
