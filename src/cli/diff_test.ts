import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { monomi } from "./testing.ts";

const BEFORE = "fixtures/ruletests/web.xml";
const AFTER = "fixtures/ruletests/web-new.xml";
const EVENTS = "fixtures/ruletests/web.json";

Deno.test("rules and recorded events that are treated otherwise, exit 1", async () => {
  const { code, stdout, stderr } = await monomi(["diff", BEFORE, AFTER, "--events", EVENTS]);
  strictEqual(stderr, "");
  strictEqual(code, 1);
  strictEqual(
    stdout,
    `--- fixtures/ruletests/web.xml  schema 4.90
+++ fixtures/ruletests/web-new.xml  schema 4.90

options
  ~            2  HashAlgorithms  'SHA256' -> 'SHA1,SHA256'

ProcessCreate (1)
  ~      5     6  exclude
                  - Image is '/usr/bin/logrotate'
                  + Image is '/usr/sbin/logrotate'
  =     14    15  RuleName 'technique_id=T1105,technique_name=Ingress Tool Transfer' -> 'technique_id=T1105,technique_name=Tool Transfer': Image end with '/curl'

NetworkConnect (3)
  ~     19    20  include
                  - DestinationPort is any … '5555'
                  + DestinationPort is any … '80'

different in effect: 1 option, 2 changed, 1 renamed (2 events)

of 4 recorded events, 2 were logged, 3 are now

+ 1 logged: NetworkConnect
    /usr/bin/curl  tcp out -:- -> 192.0.2.1:80  fixtures/ruletests/web.json:4

= 1 renamed: ProcessCreate 'technique_id=T1105,technique_name=Ingress Tool Transfer' -> 'technique_id=T1105,technique_name=Tool Transfer'
    /usr/bin/curl  curl -O http://192.0.2.1/x  fixtures/ruletests/web.json:2
`,
  );
});

Deno.test("no difference is 0", async () => {
  const { code, stdout } = await monomi(["diff", BEFORE, BEFORE, "--events", EVENTS]);
  strictEqual(code, 0);
  match(stdout, /\nno difference in effect\n[^]*\nno event is treated otherwise\n$/);
});

Deno.test("JSON, with the second configuration from standard input", async () => {
  const input = await Deno.readTextFile(AFTER);
  const args = ["diff", BEFORE, "-", "--json", "--limit", "0", "--events", EVENTS];
  const { code, stdout } = await monomi(args, { input });
  strictEqual(code, 1);
  const result = JSON.parse(stdout);
  strictEqual(result.different, true);
  deepStrictEqual(result.options, [{
    name: "HashAlgorithms",
    before: { value: "SHA256" },
    after: { value: "SHA1,SHA256", line: 2, column: 19 },
  }]);
  const [processes, network] = result.events;
  deepStrictEqual(processes.renamed[0].before, {
    rule: "technique_id=T1105,technique_name=Ingress Tool Transfer",
    line: 14,
    column: 9,
    text: "Image end with '/curl'",
  });
  deepStrictEqual(network.changed[0].after.values, ["80"]);
  const [logged] = result.verdicts.groups;
  deepStrictEqual(logged, {
    kind: "logged",
    eventId: 3,
    ruleBefore: null,
    ruleAfter: "-",
    count: 1,
    samples: [],
  });
});

Deno.test("wrong usage is 2, an invalid configuration 1, what cannot be read 3", async () => {
  for (const args of [[], [BEFORE], ["-", "-"], [BEFORE, AFTER, EVENTS]]) {
    strictEqual((await monomi(["diff", ...args])).code, 2, args.join(" "));
  }
  strictEqual((await monomi(["diff", BEFORE, AFTER, "--limit", "x"])).code, 2);
  strictEqual((await monomi(["diff", BEFORE, "-"], { input: "<Sysmon/>" })).code, 1);
  strictEqual((await monomi(["diff", BEFORE, "no-such.xml"])).code, 3);
  strictEqual((await monomi(["diff", BEFORE, AFTER, "--events", "no-such.json"])).code, 3);
});
