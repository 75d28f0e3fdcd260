import assert from "node:assert/strict";
import { monomi } from "./testing.ts";

const CONFIG = "fixtures/logs/explain.xml";

Deno.test("rules in words, in the order in which they are tried", async () => {
  const { code, stdout, stderr } = await monomi(["show", CONFIG]);
  assert.equal(stderr, "");
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^fixtures\/logs\/explain.xml: schema version 4.90, 3 elements, 8 conditions\n/,
  );
  const rules = stdout.slice(stdout.indexOf("ProcessCreate"), stdout.indexOf("\n\nevents without"));
  assert.equal(
    rules,
    `ProcessCreate (event 1): dropped unless an element below decides
  14 │ exclude: drop it when this matches
  15 │   ParentImage contains '\\trusted\\'
   4 │ include: log it when one of these matches, group 'group'
   5 │   Image ends with '\\powershell.exe', name 'shell'
   6 │   Rule: all of these match, name 'encoded'
   7 │     Image has the file name 'cmd.exe'
   8 │     CommandLine contains one of '-enc', '/c'
   9 │     User is not 'NT AUTHORITY\\SYSTEM'

NetworkConnect (event 3): logged unless an element below decides
  19 │ exclude: drop it when all of these match
     │   one of
  20 │     DestinationIp begins with '10.'
  21 │     DestinationIp begins with '192.168.'
  22 │   DestinationPort is '443'`,
  );
  assert.match(stdout, /│ logged: ProcessTerminate\n .*│ dropped: FileCreateTime, /);
});

Deno.test("options with their places, and fields that only some events of a series have", async () => {
  const input = `<Sysmon schemaversion="4.90"><HashAlgorithms>md5</HashAlgorithms>
<FieldSizes>Image:100</FieldSizes><EventFiltering><RuleGroup groupRelation="or">
<RegistryEvent onmatch="include"><Details>x&#9;</Details><TargetObject>t</TargetObject>
</RegistryEvent><FileCreate onmatch="include"/></RuleGroup></EventFiltering></Sysmon>`;
  const { stdout } = await monomi(["show", "-"], { input });
  assert.match(stdout, / 1 │ HashAlgorithms +MD5\n/);
  assert.match(stdout, / 2 │ FieldSizes +Image:100\n/);
  assert.match(stdout, / {5}│ DnsLookup +on\n/);
  assert.match(stdout, /RegistryEvent \(events 12, 13, 14\): dropped unless/);
  assert.match(stdout, /Details is 'x\\t' \(compared for event 13 only\)\n/);
  assert.match(stdout, /TargetObject is 't'\n/);
  assert.match(stdout, /include: empty, it never matches\n/);
});

Deno.test("--sysmon prints Sysmon's layout with every element", async () => {
  const input = `<Sysmon schemaversion="4.90"><FieldSizes>Image:100</FieldSizes><EventFiltering>
    <FileCreate onmatch="include"><TargetFilename name="n">F</TargetFilename></FileCreate>
    <RuleGroup groupRelation="or"><ProcessCreate onmatch="exclude"><Image>a</Image>
      <Rule name="named ${"x".repeat(40)}" groupRelation="and"><User>U</User></Rule>
      <Rule><User condition="not begin with">v</User></Rule></ProcessCreate></RuleGroup>
    <ProcessCreate onmatch="exclude"/>
  </EventFiltering></Sysmon>`;
  const { stdout } = await monomi(["show", "--sysmon", "-"], { input });
  assert.equal(
    stdout,
    ` - Field Sizes:                   Image:100

Rule configuration (version 4.90):
 - ProcessCreate                      onmatch: exclude   combine rules using 'Or'
\tImage                          filter: is           value: 'a'
\tCompound Rule named ${"x".repeat(26)}   combine using And
\t    User                           filter: is           value: 'U'
\tCompound Rule 0002   combine using Or
\t    User                           filter: not begin with value: 'v'
 - ProcessCreate                      onmatch: exclude   combine rules using 'And'
 - FileCreate                         onmatch: include   combine rules using 'And'
\tTargetFilename                 filter: is           value: 'F'
`,
  );
  const empty = '<Sysmon schemaversion="4.50"><EventFiltering/></Sysmon>';
  const none = await monomi(["show", "--sysmon", "-"], { input: empty });
  assert.equal(none.stdout, "No rules installed\n");
});

Deno.test("--json has options, events and places", async () => {
  const { stdout } = await monomi(["show", "--json", CONFIG]);
  const shown = JSON.parse(stdout);
  assert.deepEqual(shown.options.HashAlgorithms, { value: "SHA256", default: true });
  const [created] = shown.events;
  assert.equal(created.tag, "ProcessCreate");
  assert.equal(created.unmatched, "dropped");
  assert.deepEqual(created.elements.map(({ line }: { line: number }) => line), [14, 4]);
  assert.equal(created.elements[1].items[1].conditions[2].operator, "is not");
});

Deno.test("what cannot be shown is refused", async () => {
  assert.equal((await monomi(["show"])).code, 2);
  assert.equal((await monomi(["show", "--json", "--sysmon", CONFIG])).code, 2);
  assert.equal((await monomi(["show", "fixtures/nothing.xml"])).code, 3);
  assert.equal((await monomi(["show", "-"], { input: "<Sysmon/>" })).code, 1);
});
