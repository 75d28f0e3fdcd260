import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { makeEvent } from "../rules/testing.ts";
import { filtering } from "../rules/testing.ts";
import type { LoggedEvent } from "../sources/logs/mod.ts";
import { readTestFile } from "./read.ts";
import { explain } from "./results.ts";
import { type CaseResult, type LogReader, LogUnreadable, runCases } from "./run.ts";

const CONFIG = filtering(`<RuleGroup groupRelation="or">
<ProcessCreate onmatch="exclude"><Image>dull</Image></ProcessCreate>
<ProcessCreate onmatch="include">
<Rule name="shell" groupRelation="and"><ParentImage>web</ParentImage><Image>sh</Image></Rule>
<Image name="any" condition="is any">sh;ls</Image>
<Image condition="image">x</Image>
</ProcessCreate></RuleGroup>`);

function logged(id: number, fields: Record<string, string>, line: number): LoggedEvent {
  return { event: makeEvent(id, fields), file: "log.json", place: { line } };
}

const LOGS: LogReader = {
  async *events(path, onProblem) {
    await Promise.resolve();
    if (path === "missing") throw new LogUnreadable("cannot read missing: there is no such file");
    onProblem("log.json:2: damaged");
    yield logged(1, { Image: "sh", ParentImage: "web" }, 1);
    yield logged(1, { Image: "ls" }, 3);
    yield logged(1, { Image: "dull" }, 4);
    yield logged(5, { Image: "sh" }, 5);
  },
};

async function run(tests: string): Promise<CaseResult[]> {
  const text = new TextEncoder().encode(tests);
  const { file, diagnostics } = readTestFile(text, "x.tests.yaml");
  ok(file, JSON.stringify(diagnostics));
  return await Array.fromAsync(runCases(file, file.cases, { config: CONFIG, logs: LOGS }));
}

/** `expected, got` of each failure of the only test. */
async function failures(tests: string): Promise<string[]> {
  const [result] = await run(tests);
  strictEqual(result.outcome, result.failures.length === 0 ? "passed" : "failed");
  return result.failures.map(({ expected, got, origin }) =>
    [`expected ${expected}`, `got ${got}`, ...origin === undefined ? [] : [origin]].join(", ")
  );
}

function one(rest: string, head = ""): string {
  return `${head}\ntests: [{ name: a, ${rest} }]`;
}

Deno.test("an event is logged, dropped, or logged under a name", async () => {
  const event = (image: string, expect: string) =>
    one(`event: 1, fields: { Image: ${image}, ParentImage: web }, expect: ${expect}`);
  deepStrictEqual(await failures(event("sh", "logged")), []);
  deepStrictEqual(await failures(event("sh", "{ rule: shell }")), []);
  deepStrictEqual(await failures(event("dull", "dropped")), []);
  deepStrictEqual(await failures(event("dull", "logged")), ["expected logged, got dropped"]);
  deepStrictEqual(await failures(event("ls", "dropped")), [
    "expected dropped, got logged as 'any'",
  ]);
  deepStrictEqual(await failures(event("ls", "{ rule: any2 }")), [
    "expected logged as 'any2', got logged as 'any'",
  ]);
  deepStrictEqual(await failures(event("x", "{ rule: any }")), [
    "expected logged as 'any', got logged without a RuleName",
  ]);
});

Deno.test("each engine must agree; one failure for those that answer alike", async () => {
  const event = (expect: string) =>
    one(`event: 1, fields: { Image: /x }, expect: ${expect}`, "engines: [monomi, sysmon]");
  const [asSysmon] = await run(event("logged"));
  deepStrictEqual(asSysmon.failures.map(({ engines }) => engines), [["sysmon"]]);
  const [asBoth] = await run(event("{ rule: y }"));
  deepStrictEqual(asBoth.failures.map(({ engines }) => engines), [["monomi"], ["sysmon"]]);
  const [alike] = await run(
    one("event: 1, fields: { Image: no }, expect: logged", "engines: [monomi, sysmon]"),
  );
  deepStrictEqual(alike.failures.map(({ engines }) => engines), [["monomi", "sysmon"]]);
});

Deno.test("events of logs are counted", async () => {
  deepStrictEqual(
    await failures(one(
      "log: a, expect: { logged: 3, dropped: 1, events: { 1: 2, 5: 1, 3: 0 }, " +
        'rules: { shell: 1, "-": 1 } }',
    )),
    [],
  );
  deepStrictEqual(
    await failures(
      one("log: a, expect: { logged: 1, dropped: 0, events: { 1: 1 }, rules: { s: 1 } }"),
    ),
    [
      "expected 1 event logged, got 3 events",
      "expected 0 events dropped, got 1 event",
      "expected 1 event ProcessCreate logged, got 2 events",
      "expected 1 event logged as 's', got 0 events",
    ],
  );
  deepStrictEqual(await failures(one("log: [a, a], expect: { logged: 6 }")), []);
});

Deno.test("a verdict on a log is one on each event that where leaves", async () => {
  deepStrictEqual(await failures(one("log: a, expect: logged")), [
    "expected logged, got dropped (1 of 4 events otherwise than expected), log.json:4",
  ]);
  deepStrictEqual(await failures(one("log: a, where: { event: 5 }, expect: logged")), []);
  deepStrictEqual(
    await failures(one("log: a, where: { event: [1, 3], Image: { contains: L } }, expect: logged")),
    ["expected logged, got dropped (1 of 2 events otherwise than expected), log.json:4"],
  );
  deepStrictEqual(await failures(one("log: a, where: { Image: nobody }, expect: dropped")), [
    "expected dropped, got no event at all",
  ]);
});

Deno.test("damage in a log is told, a log that cannot be read is an error", async () => {
  const [damaged, missing] = await run(`tests:
  - { name: a, log: a, expect: { logged: 3 } }
  - { name: b, log: missing, expect: { logged: 3 } }`);
  deepStrictEqual([damaged.outcome, damaged.problems], ["passed", ["log.json:2: damaged"]]);
  deepStrictEqual([missing.outcome, missing.problems], [
    "error",
    ["cannot read missing: there is no such file"],
  ]);
});

Deno.test("faults of our own are not taken for unreadable logs", async () => {
  const { file } = readTestFile(
    new TextEncoder().encode(one("log: a, expect: logged")),
    "x.tests.yaml",
  );
  const logs: LogReader = {
    // deno-lint-ignore require-yield
    async *events() {
      await Promise.resolve();
      throw new TypeError("a fault");
    },
  };
  await rejects(Array.fromAsync(runCases(file!, file!.cases, { config: CONFIG, logs })), TypeError);
});

async function remarks(fields: string, expect: string): Promise<string[]> {
  const [result] = await run(one(`event: 1, fields: { ${fields} }, expect: ${expect}`));
  return explain(CONFIG, result.failures[0]).map(({ about, line, text }) =>
    `${about} ${line ?? "-"} ${text.trim()}`
  );
}

Deno.test("a failure is explained by what decided and what came nearest", async () => {
  deepStrictEqual(await remarks("Image: dull", "logged"), [
    'because 2 <ProcessCreate onmatch="exclude"> matched',
    "because 2 Image is 'dull'",
  ]);
  deepStrictEqual(await remarks("Image: sh, ParentImage: init", "{ rule: shell }"), [
    'because 3 <ProcessCreate onmatch="include"> matched',
    "because 5 Image is any 'sh;ls'",
    "nearest 4 <Rule>",
    "nearest 4 ParentImage is 'web': it is 'init'",
  ]);
  deepStrictEqual(await remarks("Image: no", "{ rule: shel }"), [
    "because 2 none of 2 ProcessCreate elements matched, so the event is dropped",
    "because - nothing in this configuration has the name 'shel'; did you mean `shell`?",
  ]);
  deepStrictEqual(await remarks("Image: sh, ParentImage: web", "{ rule: any }"), [
    'because 3 <ProcessCreate onmatch="include"> matched',
    "because 4 <Rule> matched",
    "because 4 ParentImage is 'web'",
    "because 4 Image is 'sh'",
    "nearest 5 Image is any 'sh;ls': not reached",
  ]);
});
