import assert from "node:assert/strict";
import { identityOf } from "../service/identity.ts";
import { parseAddress } from "../metrics/mod.ts";
import { parseSink } from "../sinks/mod.ts";
import { defaultSinks, isSettings, loadSettings, settingsText, withSinks } from "./mod.ts";

const load = (text: string) =>
  loadSettings(new TextEncoder().encode(text), "monomi.yaml", ["json:-"]);

Deno.test("the first file of every name is valid and says what is so without it", () => {
  for (const name of ["monomi", "sysmon"]) {
    const identity = identityOf(name);
    const text = settingsText(identity, defaultSinks(identity));
    assert.ok(isSettings("x", text));
    const { settings, diagnostics } = load(text);
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(settings, { ...load("").settings, sinks: settings?.sinks });
    assert.deepEqual(settings?.sinks, defaultSinks(identity).map(parseSink));
    const metrics = { hostname: "127.0.0.1", port: 9469 };
    const uncommented = load(text.replace(/^# (?=[a-z-]+: \S+$)/gm, ""));
    assert.deepEqual(uncommented.diagnostics, []);
    assert.deepEqual(uncommented.settings, { ...settings, metrics });
  }
});

Deno.test({
  name: "the instance called sysmon writes to syslog as Sysmon for Linux does",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    const [sink] = load(`sinks: ["${defaultSinks(identityOf("sysmon"))}"]`).settings!.sinks;
    assert.equal(sink.format, "xml");
    assert.equal(sink.place.kind, "syslog");
  },
});

Deno.test("sizes and addresses are those of the command line", () => {
  const { settings } = load("ring: 16m\nqueue: 16M\nmetrics: 9469");
  assert.equal(settings!.ringBytes, settings!.queueBytes);
  assert.deepEqual(settings!.metrics, parseAddress("9469"));
  assert.deepEqual(parseSink("json:x,size=16m"), parseSink("json:x,size=16M"));
});

Deno.test("a sink is a text or a map", () => {
  const sinksOf = (sink: string) => load(`sinks:\n  - ${sink}\n`).settings!.sinks;
  assert.deepEqual(
    sinksOf("{format: json, to: /var/log/a.json, size: 1M, count: 3}"),
    sinksOf("json:/var/log/a.json,size=1M,count=3"),
  );
});

const REFUSED: readonly (readonly [text: string, expected: string])[] = [
  ["rings: 1M", "1:1 MON501"],
  ["- a", "1:1 MON502"],
  ["ring: 20M", "1:7 MON502"],
  ["ring: [1M]", "1:7 MON502"],
  ["ring:", "1:6 MON502"],
  ["max-arguments: 257K", "1:16 MON502"],
  ["queue: 1K", "1:8 MON502"],
  ["protect: yes", "1:10 MON502"],
  ["metrics: here", "1:10 MON502"],
  ["metrics: 127.0.0.1:70000", "1:10 MON502"],
  ["queue: 1M\nqueue: 1M", "2:1 MON207"],
  ["sinks: json:-", "1:8 MON502"],
  ["sinks: []", "1:8 MON502"],
  ["sinks:\n  - yaml:-", "2:5 MON503"],
  ["sinks:\n  - {format: json}", "2:5 MON503"],
  ["sinks:\n  - {format: json, to: /a, sizes: 1M}", "2:28 MON503"],
  ["sinks:\n  - {format: json, to: /a, size: 1}", "2:28 MON503"],
  ["sinks:\n  - json:/a,size=1M,age=1", "2:21 MON503"],
  ["sinks:\n  - json:/a,size=1M\n  - {format: xml, to: /a}", "3:5 MON503"],
  ["sinks:\n  - json:events.json", "2:5 MON503"],
  ["sinks:\n  - {format: json, to: [a]}", "2:24 MON502"],
  ["a: *b", "1:4 MON202"],
];

for (const [text, expected] of REFUSED) {
  Deno.test(`refused: ${JSON.stringify(text)}`, () => {
    const { settings, diagnostics } = load(text);
    assert.equal(settings, undefined);
    const [{ line, column, code }] = diagnostics;
    assert.equal(`${line}:${column} ${code}`, expected, diagnostics[0].message);
  });
}

Deno.test("bytes that are no text are refused with their place", () => {
  const bytes = new TextEncoder().encode("ring: 16M\n# \xff");
  bytes.set([0x20, 0xff], bytes.length - 2);
  const { settings, diagnostics: [{ line, column, code }] } = loadSettings(bytes, "x", ["json:-"]);
  assert.equal(settings, undefined);
  assert.deepEqual([line, column, code], [2, 4, "MON004"]);
});

Deno.test("values are what is written, not what YAML makes of it", () => {
  const sink = "{format: json, to: kafka://k/t, user: 0123, password-env: E}";
  const { settings } = load(`sinks: [${sink}]`);
  assert.deepEqual(
    { ...settings!.sinks[0] },
    { ...parseSink("json:kafka://k/t,user=0123,password-env=E") },
  );
});

Deno.test("a secret that is in the file by mistake is not shown", () => {
  for (
    const sink of [
      "{format: json, to: 'https://h/in', token: hidden}",
      "json:https://h/in,token=hidden",
      "json:https://me:hidden@h/in",
      "{format: json, to: 'https://me:hidden@h/in'}",
    ]
  ) {
    const { diagnostics } = load(`sinks:\n  - ${sink}\n`);
    assert.equal(diagnostics.length, 1);
    assert.doesNotMatch(JSON.stringify(diagnostics), /hidden/);
  }
});

Deno.test("other sinks leave the comments of a file alone", () => {
  const before = "# mine\nring: 32M # large\nsinks:\n  - json:- # old\n";
  const after = withSinks(before, ["xml:syslog,ident=a"])!;
  assert.match(after, /^# mine\nring: 32M # large\nsinks:\n/);
  assert.deepEqual(load(after).settings!.sinks, [parseSink("xml:syslog,ident=a")]);
  assert.equal(withSinks("", ["json:-"]), "sinks:\n  - json:-\n");
  for (const broken of ["sinks: [", "- a", "text", "a: 1\na: 2"]) {
    assert.equal(withSinks(broken, ["json:-"]), undefined, broken);
  }
});

Deno.test("configurations and rule tests are no settings", () => {
  assert.ok(!isSettings("a.yaml", "schemaversion: 4.90\nmetrics: 1"));
  assert.ok(!isSettings("a.yaml", "tests:\n  - name: a"));
  assert.ok(!isSettings("monomi.yaml", "<Sysmon/>"));
  assert.ok(isSettings("a.yaml", "metrics: 1"));
  assert.ok(isSettings("/etc/x/monomi.yaml", "# nothing"));
});
