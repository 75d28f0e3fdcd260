import assert from "node:assert/strict";
import { monomi } from "./testing.ts";

const CONFIG = "fixtures/logs/explain.xml";
const EVTX = "fixtures/logs/sysmon.evtx";
const CMD = ["--id", "1", "Image=C:\\Windows\\cmd.exe"];

Deno.test("a logged event: by what, under which name, and every condition tried", async () => {
  const { code, stdout, stderr } = await monomi([
    "explain",
    CONFIG,
    ...CMD,
    "CommandLine=cmd /c whoami",
    "User=x",
  ]);
  assert.equal(stderr, "");
  assert.equal(code, 0);
  assert.equal(
    stdout,
    `event 1 (ProcessCreate) is logged, RuleName 'encoded'
  by ProcessCreate include (or, group 'group')  fixtures/logs/explain.xml:4:7
     Rule 'encoded' (and)  fixtures/logs/explain.xml:6:9

compared:
  Image        C:\\Windows\\cmd.exe
  CommandLine  cmd /c whoami
  User         x
  ParentImage  -

tried, in this order:
  14 │ ✗ ProcessCreate exclude (or)
  15 │   ✗ ParentImage contains '\\trusted\\'
   4 │ ✓ ProcessCreate include (or, group 'group')
   5 │   ✗ Image end with '\\powershell.exe'
   6 │   ✓ Rule 'encoded' (and)
   7 │     ✓ Image image 'cmd.exe' → '«cmd.exe»', name 'encoded'
   8 │     ✓ CommandLine contains any '-enc;/c' → 'cmd «/c» whoami', name 'encoded'
   9 │     ✓ User is not 'NT AUTHORITY\\SYSTEM' → 'x', name 'encoded'
`,
  );
});

Deno.test("--why-not names the include that came nearest, and the exclude that dropped", async () => {
  const dropped = await monomi([
    "explain",
    CONFIG,
    "--why-not",
    ...CMD,
    "CommandLine=cmd",
    "User=x",
  ]);
  assert.equal(dropped.code, 1);
  assert.match(dropped.stdout, /is dropped\n {2}none of the 2 elements/);
  assert.match(dropped.stdout, /nearest include misses 1 of 3 conditions: Rule 'encoded' .*:6:9/);
  assert.match(dropped.stdout, / 8 │ ✗ CommandLine contains any '-enc;\/c' → 'cmd'\n/);

  const event = '{"EventID":1,"Image":"\\\\powershell.exe","ParentImage":"C:\\\\trusted\\\\a"}';
  const excluded = await monomi(["explain", CONFIG, "--why-not", "--event", event]);
  assert.equal(excluded.code, 1);
  assert.match(excluded.stdout, /by ProcessCreate exclude \(or\) {2}fixtures.*:14:7/);
  assert.match(excluded.stdout, /but for that exclude it would be logged by .*:4:7/);
});

Deno.test("an include that was given up for want of a value is named as such", async () => {
  const input = `<Sysmon schemaversion="4.90"><EventFiltering><RuleGroup groupRelation="or">
    <ProcessCreate onmatch="include"><ProcessId>7</ProcessId><Image>a</Image></ProcessCreate>
    </RuleGroup></EventFiltering></Sysmon>`;
  const args = ["explain", "-", "--why-not", "--id", "1", "Image=a"];
  const { code, stdout } = await monomi(args, { input });
  assert.equal(code, 1);
  assert.match(stdout, /given up for want of a value.*ProcessCreate include \(or\) {2}<stdin>:2:5/);
  assert.match(stdout, /2 │ {3}! ProcessId is '7' \(ProcessId has no value\)\n/);
});

Deno.test("events of a log: a line each, or one of them", async () => {
  const all = await monomi(["explain", CONFIG, "-e", EVTX]);
  assert.equal(all.code, 0);
  assert.deepEqual(all.stdout.split("\n").slice(0, 2), [
    `${EVTX}, record 11: event 1 (ProcessCreate) is logged, RuleName 'encoded' (${CONFIG}:6:9)`,
    `${EVTX}, record 13: event 3 (NetworkConnect) is logged, without a RuleName (no element matches)`,
  ]);
  assert.match(all.stdout, /\n2 events: 2 logged, 0 dropped; --record N explains the Nth\n$/);
  assert.equal(all.stderr, `monomi: ${EVTX}: 1 record is no event of Sysmon\n`);
  const second = await monomi(["explain", CONFIG, "-e", EVTX, "--record", "2"]);
  assert.match(second.stdout, /record 13: event 3 .*is logged/);
  assert.match(
    second.stdout,
    /\n {2}DestinationIp {2}192\.0\.2\.1\n[^]* 21 │ {3}✗ DestinationIp begin with/,
  );
});

Deno.test("events from standard input, in JSON and XML, with what is damaged", async () => {
  const input = '{"EventID":5}\n{"EventID":\n{"EventID":1,"Imag":"x"}\n';
  const { code, stdout, stderr } = await monomi(["explain", CONFIG, "-e", "-"], { input });
  assert.equal(code, 1);
  assert.match(stdout, /^<stdin>:1: event 5 .*is logged.*\n<stdin>:3: event 1 .*is dropped/);
  assert.equal(
    stderr,
    "monomi: <stdin>:2: the JSON object that begins here does not end\n" +
      "monomi: <stdin>:3: event 1 has no field 'Imag' (did you mean 'Image'?)\n",
  );
  const xml = "<Event><System><EventID>5</EventID></System><EventData/></Event>";
  const inline = await monomi(["explain", CONFIG, "-e", xml]);
  assert.equal(inline.code, 0);
  assert.match(inline.stdout, /no element for ProcessTerminate, which is logged then/);
});

Deno.test("--json has everything, with places", async () => {
  const { code, stdout } = await monomi([
    "explain",
    CONFIG,
    "--json",
    "--why-not",
    ...CMD,
    "User=\x1b",
  ]);
  assert.equal(code, 1);
  assert.equal(stdout.trim().split("\n").length, 1);
  assert.ok(!stdout.includes("\x1b"));
  const explanation = JSON.parse(stdout);
  assert.equal(explanation.logged, false);
  assert.equal(explanation.reason, "unmatched");
  assert.equal(explanation.event.fields.User, "\x1b");
  assert.deepEqual(explanation.elements.map(({ line }: { line: number }) => line), [14, 4]);
  assert.deepEqual(explanation.elements[1].items[0], {
    kind: "condition",
    field: "Image",
    operator: "end with",
    value: "\\powershell.exe",
    name: "shell",
    outcome: "not matched",
    text: "C:\\Windows\\cmd.exe",
    line: 5,
    column: 9,
  });
  assert.deepEqual(explanation.nearestInclude.missing.length, 1);
});

Deno.test("Sysmon's own way of naming and of cutting paths", async () => {
  const config = `<Sysmon schemaversion="4.90"><EventFiltering>
    <ProcessCreate onmatch="include"><Image condition="image">ls</Image></ProcessCreate>
    <ProcessCreate onmatch="exclude"><Image name="leak" condition="image">ls</Image><User>u</User>
    </ProcessCreate></EventFiltering></Sysmon>`;
  const explain = (...args: string[]) =>
    monomi(["explain", "-", "--id", "1", "Image=/bin/ls", ...args], { input: config });
  assert.match((await explain()).stdout, /is logged, without a RuleName/);
  assert.match((await explain("--compatible-names")).stdout, /is logged, RuleName 'leak'/);
  assert.match((await explain("--image-separator", "\\")).stdout, /is dropped/);
});

const REFUSED: readonly (readonly [args: string[], code: number, message: RegExp])[] = [
  [[], 2, /give a configuration/],
  [[CONFIG], 2, /say which event/],
  [[CONFIG, "--id", "1", "Imgae=x"], 2, /has no field 'Imgae' \(did you mean 'Image'\?\)/],
  [[CONFIG, "--id", "ProcesCreate"], 2, /did you mean 'ProcessCreate'/],
  [[CONFIG, "--id", "1", "Image"], 2, /not of the form Field=value/],
  [[CONFIG, "--id", "1", "Image=a", "Image=b"], 2, /given twice/],
  [[CONFIG, "--id", "1", "--event", "x"], 2, /either --event, or --id/],
  [[CONFIG, "--id", "1", "--record", "0"], 2, /no number of an event/],
  [["-", "--event", "-"], 2, /only once/],
  [[CONFIG, "--id", "1", "--record", "2"], 3, /there is no event 2/],
  [[CONFIG, "--event", "fixtures/nothing"], 3, /there is no such file/],
  [[CONFIG, "--event", "fixtures"], 3, /it is a directory/],
  [[CONFIG, "--event", "README.md"], 3, /no event of Sysmon/],
  [["fixtures/nothing.xml", "--id", "1"], 3, /there is no such file/],
];

Deno.test("what cannot be explained is refused in one line, with what to do", async () => {
  for (const [args, code, message] of REFUSED) {
    const run = await monomi(["explain", ...args]);
    assert.equal(run.code, code, `${args.join(" ")}: ${run.stderr}`);
    assert.match(run.stderr, message);
    assert.equal(run.stdout, "");
    assert.ok(run.stderr.split("\n").length <= 3, run.stderr);
  }
});
