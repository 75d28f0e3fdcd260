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
  const { settings } = load(`sinks:
  - json:/var/log/a.json,size=1M,count=3
  - {format: json, to: /var/log/a.json, size: 1M, count: 3}
`);
  const [text, map] = settings!.sinks;
  assert.deepEqual({ ...map }, { ...text });
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
  ["sinks:\n  - {format: json, to: /a, sizes: 1M}", "2:5 MON503"],
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

Deno.test("other sinks leave the comments of a file alone", () => {
  const before = "# mine\nring: 32M # large\nsinks:\n  - json:- # old\n";
  const after = withSinks(before, ["xml:syslog,ident=a"]);
  assert.match(after, /^# mine\nring: 32M # large\nsinks:\n/);
  assert.deepEqual(load(after).settings!.sinks, [parseSink("xml:syslog,ident=a")]);
});

Deno.test("configurations and rule tests are no settings", () => {
  assert.ok(!isSettings("a.yaml", "schemaversion: 4.90\nmetrics: 1"));
  assert.ok(!isSettings("a.yaml", "tests:\n  - name: a"));
  assert.ok(!isSettings("monomi.yaml", "<Sysmon/>"));
  assert.ok(isSettings("a.yaml", "metrics: 1"));
  assert.ok(isSettings("/etc/x/monomi.yaml", "# nothing"));
});
