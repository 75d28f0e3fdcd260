import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { monomi } from "./testing.ts";

const FILE = "fixtures/ruletests/web.xml";

Deno.test("a table, and what is visible only here", async () => {
  const { code, stdout, stderr } = await monomi(["coverage", FILE]);
  strictEqual(stderr, "");
  strictEqual(code, 0);
  match(stdout, /^technique {2}name +rules {2}events\nT1105 +Ingress Tool Transfer /);
  match(
    stdout,
    /\n2 techniques in the names of 2 of 3 include rules; 0 have other names, 1 have none\n/,
  );
  match(stdout, /\nvisible here and not with no configuration[^]*NetworkConnect \(3\)\n/);
});

Deno.test("a Navigator layer", async () => {
  const { code, stdout } = await monomi(["coverage", "--navigator", FILE]);
  strictEqual(code, 0);
  const layer = JSON.parse(stdout);
  strictEqual(layer.name, "web.xml");
  deepStrictEqual(
    layer.techniques.map((t: { techniqueID: string; score: number }) => [t.techniqueID, t.score]),
    [["T1105", 1], ["T1505.003", 1]],
  );
});

Deno.test("JSON, compared with another configuration from standard input", async () => {
  const input = await Deno.readTextFile("rules/minimal.xml");
  const { code, stdout } = await monomi(["coverage", FILE, "--compare", "-", "--json"], { input });
  strictEqual(code, 0);
  const result = JSON.parse(stdout);
  strictEqual(result.comparedWith, "<stdin>");
  deepStrictEqual(result.onlyHere, {
    techniques: ["T1105", "T1505.003"],
    events: [{ id: 3, name: "NetworkConnect" }],
  });
  deepStrictEqual(result.onlyThere.events, []);
  deepStrictEqual(result.techniques[1].rules[0], {
    event: "ProcessCreate",
    names: ["technique_id=T1505.003,technique_name=Web Shell"],
    line: 10,
    column: 9,
  });
});

Deno.test("wrong usage is 2, an invalid configuration 1, what cannot be read 3", async () => {
  for (const args of [[], [FILE, FILE], [FILE, "--json", "--markdown"], ["-", "--compare", "-"]]) {
    strictEqual((await monomi(["coverage", ...args])).code, 2, args.join(" "));
  }
  strictEqual((await monomi(["coverage", "-"], { input: "<Sysmon/>" })).code, 1);
  strictEqual((await monomi(["coverage", "no-such.xml"])).code, 3);
});
