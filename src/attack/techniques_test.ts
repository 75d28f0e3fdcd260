import assert from "node:assert/strict";
import { filtering } from "../rules/testing.ts";
import { includeRules, techniquesIn } from "./techniques.ts";

Deno.test("ids and names in every spelling that rules use", () => {
  const cases: [string, string][] = [
    ["technique_id=T1059.001,technique_name=PowerShell", "T1059.001 PowerShell"],
    ["technique_id=T1059.001;technique_name=Power Shell", "T1059.001 Power Shell"],
    ["TechniqueID=T1105,TechniqueName=Ingress Tool Transfer", "T1105 Ingress Tool Transfer"],
    ["technique_id=t1036, technique_name= Masquerading ,phase=x", "T1036 Masquerading"],
    ["technique_name=System Checks,technique_id=T1497/001", "T1497.001 System Checks"],
    ["T1037,T1484", "T1037, T1484"],
    ["Alert: T1003", "T1003"],
    ["technique_id=T1059,technique_id=T1059,technique_name=A", "T1059 A"],
    ["technique_name=no id", ""],
    ["XT1059 T10591 T105", ""],
    ["T1059.12 and T1036.0055", "T1059, T1036"],
    ["", ""],
  ];
  for (const [name, expected] of cases) {
    const found = techniquesIn(name).map(({ id, name }) =>
      name === undefined ? id : `${id} ${name}`
    );
    assert.equal(found.join(", "), expected, name);
  }
});

Deno.test("rules of include elements, with the names that their events get", () => {
  const config = filtering(`<RuleGroup name="T1000" groupRelation="or">
<ProcessCreate onmatch="exclude"><Image name="T1001">a</Image></ProcessCreate>
<ProcessCreate onmatch="include"><Image>a</Image><Image name="-">b</Image>
<Rule name="T1002" groupRelation="or"><Image>c</Image><Image name="T1003">d</Image></Rule>
</ProcessCreate></RuleGroup>`);
  const rules = includeRules(config);
  assert.deepEqual(rules.map(({ names }) => names), [["T1000"], [], ["T1002", "T1003"]]);
  assert.deepEqual(rules[2].techniques.map(({ id }) => id), ["T1002", "T1003"]);
});
