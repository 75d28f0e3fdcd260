import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { parseXml, XmlElement } from "@rgrove/parse-xml";
import { monomi } from "./testing.ts";

const FOLDER = "fixtures/ruletests";

/** Runs `body` with a folder that holds these files. */
async function inFolder(
  files: Readonly<Record<string, string>>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const CONFIG = `<Sysmon schemaversion="4.90"><EventFiltering>
<ProcessCreate onmatch="include"><Image name="n">/x</Image></ProcessCreate>
</EventFiltering></Sysmon>`;

Deno.test("tests that pass: one line each, exit 0", async () => {
  const { code, stdout, stderr } = await monomi(["test", `${FOLDER}/web.tests.yaml`]);
  strictEqual(stderr, "");
  strictEqual(code, 0);
  deepStrictEqual(stdout.split("\n").slice(0, 7), [
    "fixtures/ruletests/web.tests.yaml  fixtures/ruletests/web.xml",
    "  ok    a web server starts /bin/sh",
    "  ok    a web server starts /usr/bin/bash",
    "  ok    a web server starts /usr/bin/true",
    "  ok    log rotation",
    "  ok    an afternoon on the web server",
    "  ok    shells in the log",
  ]);
  match(stdout, /\n6 passed, 0 failed \(1 file, \d+ ms\)\n$/);
});

Deno.test("tests that fail: places of test and rule, exit 1", async () => {
  const { code, stdout } = await monomi(["test", "-q", FOLDER]);
  strictEqual(code, 1);
  strictEqual(
    stdout.slice(0, stdout.indexOf("  FAIL  every")),
    `fixtures/ruletests/failing.tests.yaml  fixtures/ruletests/web.xml
  FAIL  a shell of another server
        at        fixtures/ruletests/failing.tests.yaml:6:15
        expected  logged as 'technique_id=T1505.003,technique_name=Web Shell'
        got       dropped
        because   fixtures/ruletests/web.xml:4:7    none of 2 ProcessCreate elements matched, so the event is dropped
        nearest   fixtures/ruletests/web.xml:10:9   <Rule>
                  fixtures/ruletests/web.xml:11:11    ParentImage end with '/nginx': it is '/usr/sbin/apache2'
`,
  );
  match(stdout, /\n6 passed, 2 failed \(2 files, \d+ ms\)\n$/);
  ok(!stdout.includes("log rotation"));
});

Deno.test("a configuration stands for the tests beside it, a filter for some of them", async () => {
  const { code, stdout } = await monomi(["test", `${FOLDER}/web.xml`, "--filter", "ROTATION"]);
  strictEqual(code, 0);
  match(stdout, /ok {4}log rotation\n\n1 passed, 0 failed, 5 filtered out/);
  strictEqual((await monomi(["test", `${FOLDER}/web.xml`, "--filter", "nothing"])).code, 1);
});

Deno.test("JSON says the same", async () => {
  const { code, stdout } = await monomi(["test", FOLDER, "--json", "--coverage"]);
  strictEqual(code, 1);
  const result = JSON.parse(stdout);
  deepStrictEqual([result.passed, result.failed, result.error], [6, 2, 0]);
  const [failed] = result.files[0].tests;
  deepStrictEqual([failed.name, failed.line, failed.outcome], [
    "a shell of another server",
    3,
    "failed",
  ]);
  deepStrictEqual(failed.failures[0].because[1], {
    text: "<Rule>",
    about: "nearest",
    file: "fixtures/ruletests/web.xml",
    line: 10,
    column: 9,
  });
  const [coverage] = result.coverage;
  deepStrictEqual([coverage.covered, coverage.total, coverage.percent], [7, 9, 77.77]);
  deepStrictEqual(coverage.uncovered.map((part: { line: number }) => part.line), [18, 19]);
});

Deno.test("coverage lists what no test matched, and may be demanded", async () => {
  const args = ["test", "-q", `${FOLDER}/web.tests.yaml`, "--min-coverage"];
  const enough = await monomi([...args, "77.7"]);
  strictEqual(enough.code, 0);
  match(enough.stdout, /77\.7 % \(elements 2\/3, rules 1\/1, conditions 4\/5\)\nnever matched/);
  const tooLittle = await monomi([...args, "78"]);
  strictEqual(tooLittle.code, 1);
  strictEqual(
    tooLittle.stderr,
    "monomi test: coverage of fixtures/ruletests/web.xml is 77.7 %, less than 78 %\n",
  );
});

Deno.test("JUnit is well-formed XML, whatever names hold", async () => {
  const tests = JSON.stringify({
    tests: [
      {
        name: 'a "quoted" <name> & \u0001\u001b[31m\ud800 \ufffe]]> x',
        event: 1,
        expect: "logged",
      },
      { name: "fine", event: 1, fields: { Image: "/x" }, expect: { rule: "n" } },
    ],
  });
  await inFolder({ "c.xml": CONFIG, "c.tests.json": tests }, async (folder) => {
    const { code, stdout } = await monomi(["test", "--junit", "out.xml"], { cwd: folder });
    strictEqual(code, 1);
    // deno-lint-ignore no-control-regex
    ok(!/[\u0001\u001b]/.test(stdout), "terminals must not see control characters");
    const { root } = parseXml(await Deno.readTextFile(`${folder}/out.xml`));
    const [suite] = root!.children.filter((node) => node instanceof XmlElement);
    deepStrictEqual(
      [suite.attributes.tests, suite.attributes.failures, suite.attributes.errors],
      ["2", "1", "0"],
    );
    const [failed, passed] = suite.children.filter((node) => node instanceof XmlElement);
    strictEqual(failed.attributes.name, 'a "quoted" <name> & [31m ]]> x');
    deepStrictEqual(passed.children, []);
    const [failure] = failed.children.filter((node) => node instanceof XmlElement);
    strictEqual(failure.name, "failure");
    strictEqual(failure.attributes.message, "expected logged, got dropped");
    match(failure.text, /c\.tests\.json:1:\d+: as monomi: expected logged, got dropped\n/);
  });
});

Deno.test("mistakes in test files have a place and a remedy", async () => {
  const tests = "tests:\n  - { name: a, event: 1, feilds: {}, expect: logged }\n";
  await inFolder({ "c.xml": CONFIG, "c.tests.yaml": tests }, async (folder) => {
    const { code, stderr } = await monomi(["test", "c.tests.yaml"], { cwd: folder });
    strictEqual(code, 1);
    match(stderr, /^c\.tests\.yaml:2:26: error: unknown key 'feilds' in a test \[MON303\]/);
    match(stderr, /did you mean `fields`\?/);
  });
});

Deno.test("wrong usage is 2, what cannot be read is 3, a missing or invalid configuration 1", async () => {
  strictEqual((await monomi(["test", "--min-coverage", "101", FOLDER])).code, 2);
  strictEqual((await monomi(["test", "--nonsense"])).code, 2);
  strictEqual((await monomi(["test", "no/such/file"])).code, 3);
  strictEqual((await monomi(["test", "fixtures/logs"])).code, 3);
  const tests = (log: string) => `tests: [{ name: a, log: ${log}, expect: logged }]`;
  const files = {
    "c.xml": CONFIG,
    "c.tests.yaml": tests("no-such.json"),
    "alone.tests.yaml": tests("x"),
    "bad.xml": "<Sysmon/>",
    "bad.tests.yaml": tests("x"),
  };
  await inFolder(files, async (folder) => {
    const unreadable = await monomi(["test", "c.xml"], { cwd: folder });
    strictEqual(unreadable.code, 3);
    match(unreadable.stdout, /ERROR a\n.*\n.*cannot read no-such.json: there is no such file/);
    const alone = await monomi(["test", "alone.tests.yaml"], { cwd: folder });
    strictEqual(alone.code, 1);
    match(alone.stderr, /MON310/);
    strictEqual((await monomi(["test", "bad.tests.yaml"], { cwd: folder })).code, 1);
  });
});
