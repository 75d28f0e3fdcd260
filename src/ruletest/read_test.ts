import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { formatDiagnostic } from "../config/mod.ts";
import { readTestFile } from "./read.ts";

function read(text: string) {
  return readTestFile(new TextEncoder().encode(text), "x.tests.yaml");
}

function cases(text: string) {
  const { file, diagnostics } = read(text);
  deepStrictEqual(diagnostics.map(formatDiagnostic), []);
  return file!.cases;
}

/** `line:column code message` of every problem. */
function problems(text: string): string[] {
  return read(text).diagnostics.map((d) =>
    `${d.line}:${d.column} ${d.code} ${d.message}${d.help === undefined ? "" : `; ${d.help}`}`
  );
}

function fieldsOf(test: ReturnType<typeof cases>[number]): Record<string, unknown> {
  if (test.given.kind !== "event") throw new Error("no event");
  const { definition, values } = test.given.event;
  return Object.fromEntries(
    definition.fields.map(({ name, index }) => [name, values[index]]).filter(([, v]) => v !== "-"),
  );
}

Deno.test("an event by number, name and tag", () => {
  for (const event of ["1", "ProcessCreate", "eBPFEvent", "100"]) {
    const [test] = cases(`tests: [{ name: a, event: ${event}, expect: logged }]`);
    ok(test.given.kind === "event");
    strictEqual(test.given.event.definition.id, event.startsWith("e") || event === "100" ? 100 : 1);
  }
});

Deno.test("fields are taken as written, and typed by the event", () => {
  const [test] = cases(`
tests:
  - name: a
    event: NetworkConnect
    fields: { Image: 0123, SourcePort: 80, Initiated: true, DestinationHostname: yes }
    expect: dropped
`);
  deepStrictEqual(fieldsOf(test), {
    Image: "0123",
    SourcePort: 80,
    Initiated: true,
    DestinationHostname: "yes",
  });
  deepStrictEqual(test.expected, [{ kind: "verdict", logged: false, offset: 145 }]);
});

Deno.test("base fields: everywhere, of one event, overridden by the test and the case", () => {
  const [test, other] = cases(`
base:
  User: root
  Image: /base
  ProcessCreate: { Image: /event, CommandLine: base }
tests:
  - name: a
    event: 1
    fields: { CommandLine: "{c}" }
    expect: logged
    cases: [{ c: x, fields: { CurrentDirectory: / } }]
  - { name: b, event: 5, expect: logged }
`);
  deepStrictEqual(fieldsOf(test), {
    User: "root",
    Image: "/event",
    CommandLine: "x",
    CurrentDirectory: "/",
  });
  deepStrictEqual(fieldsOf(other), { User: "root", Image: "/base" });
});

Deno.test("a table: names, placeholders in keys and values, a row's own expectation", () => {
  const tests = cases(`
tests:
  - name: start of {image}
    event: 1
    fields: { Image: "{image}", CommandLine: "{{image}} {2424-x}" }
    expect: { rule: "T{id}" }
    cases:
      - { image: /a, id: 1 }
      - { image: /b, expect: dropped }
  - name: log
    log: "{f}.evtx"
    expect: { logged: "{n}", rules: { "{r}": 2 } }
    cases: [{ f: a, n: 3, r: X, name: all }]
  - { name: plain, event: 1, expect: logged, cases: [{ fields: { Image: /x } }] }
`);
  deepStrictEqual(tests.map(({ name }) => name), [
    "start of /a",
    "start of /b",
    "log: all",
    "plain",
  ]);
  deepStrictEqual(fieldsOf(tests[0]), { Image: "/a", CommandLine: "{image} {2424-x}" });
  deepStrictEqual(
    tests.map(({ expected }) => expected.map(({ offset: _, ...rest }) => rest)),
    [
      [{ kind: "rule", name: "T1" }],
      [{ kind: "verdict", logged: false }],
      [{ kind: "logged", count: 3 }, { kind: "rule count", name: "X", count: 2 }],
      [{ kind: "verdict", logged: true }],
    ],
  );
});

Deno.test("anchors, aliases and merge keys", () => {
  const [, test] = cases(`
tests:
  - { name: a, event: 1, fields: &shell { Image: /bin/sh, User: root }, expect: logged }
  - { name: b, event: 1, fields: { <<: *shell, User: eve }, expect: logged }
`);
  deepStrictEqual(fieldsOf(test), { Image: "/bin/sh", User: "eve" });
});

Deno.test("JSON is read as well", () => {
  const [test] = cases('{"tests": [{"name": "a", "event": 1, "expect": "logged"}]}');
  strictEqual(test.name, "a");
});

Deno.test("problems have their place and a proposal", () => {
  const one = (rest: string) => `tests:\n  - { name: a, ${rest} }\n`;
  const table: [string, string[]][] = [
    ["tests: [", ["1:9 MON301"]],
    ["", ["1:1 MON305"]],
    ["test: []", ["1:1 MON303", "1:1 MON304"]],
    ["tests: []", ["1:8 MON305"]],
    ["a: 1\na: 2", ["2:1 MON301"]],
    ["tests: *x", ["1:8 MON301"]],
    ["tests: &x [*x]", ["1:12 MON301"]],
    [one("event: 1"), ["2:5 MON304"]],
    [one("expect: logged"), ["2:5 MON304"]],
    [one("event: 1, log: x, expect: logged"), ["2:5 MON304"]],
    [one("event: 1, where: {}, expect: logged"), ["2:26 MON304"]],
    [one("event: 1, expect: loged"), ["2:34 MON305"]],
    [one("event: 1, expect: { logged: 1 }"), ["2:36 MON303"]],
    [one("log: x, expect: { logged: -1 }"), ["2:42 MON305"]],
    [one("event: ProcesCreate, expect: logged"), ["2:23 MON306"]],
    [one("event: RegistryEvent, expect: logged"), ["2:23 MON306"]],
    [one("event: 1, fields: { image: x }, expect: logged"), ["2:36 MON307"]],
    [one("event: 1, fields: { RuleName: x }, expect: logged"), ["2:36 MON307"]],
    [one("event: 1, fields: { Image: }, expect: logged"), ["2:43 MON305"]],
    [one("event: 3, fields: { SourcePort: 0x50 }, expect: logged"), ["2:48 MON311"]],
    [one("event: 3, fields: { Initiated: yes }, expect: logged"), ["2:47 MON311"]],
    [one("event: 1, expect: logged, cases: [{ a: 1 }]"), ["2:52 MON309"]],
    [one('event: "{b}", expect: logged, cases: [{ a: 1 }]'), [
      "2:23 MON306",
      "2:23 MON308",
      "2:56 MON309",
    ]],
    [one("log: x, where: { Imag: y }, expect: logged"), ["2:33 MON307"]],
    [one("log: x, where: { Image: { begins with: y } }, expect: logged"), ["2:42 MON303"]],
    ["engines: sysmn\ntests: [{ name: a, event: 1, expect: logged }]", ["1:10 MON305"]],
    ["base: { Imgae: x }\ntests: [{ name: a, event: 1, expect: logged }]", ["1:9 MON307"]],
  ];
  for (const [text, expected] of table) {
    const found = problems(text);
    deepStrictEqual(
      found.map((line) => line.split(" ", 2).join(" ")).toSorted(),
      expected.toSorted(),
      `${text}\n${found.join("\n")}`,
    );
  }
  deepStrictEqual(problems(one("event: 1, fields: { Imgae: x }, expect: logged")), [
    "2:36 MON307 ProcessCreate has no field 'Imgae'; did you mean `Image`?",
  ]);
});

Deno.test("bombs are refused quickly", () => {
  const laughs = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 12; i++) {
    laughs.push(`a${i}: &a${i} [${new Array(10).fill(`*a${i - 1}`).join(", ")}]`);
  }
  const rows = `tests: [{ name: n, event: 1, fields: { ${
    Array.from({ length: 9999 }, (_, i) => `f${i}: 1`).join(", ")
  } }, expect: logged, cases: [${"{},".repeat(9999)}] }]`;
  const bombs = [
    laughs.join("\n"),
    "[".repeat(100_000),
    `tests: ${"[".repeat(90)}${"]".repeat(90)}`,
    "- ".repeat(100_000),
    "{a: ".repeat(50_000),
    "x".repeat(3_000_000),
    `tests: [${"1,".repeat(300_000)}]`,
    Array.from({ length: 150_000 }, (_, i) => `k${i}: 1`).join("\n"),
    rows,
  ];
  for (const bomb of bombs) {
    const begin = performance.now();
    const { file, diagnostics } = read(bomb);
    strictEqual(file, undefined, bomb.slice(0, 40));
    ok(diagnostics.length > 0);
    ok(performance.now() - begin < 10_000, `${bomb.slice(0, 40)}: ${performance.now() - begin} ms`);
  }
});
