import assert from "node:assert/strict";
import { parseXml, XmlElement } from "@rgrove/parse-xml";
import { filtering } from "../rules/testing.ts";
import { loadConfig } from "../config/mod.ts";
import { CORPUS_CONFIGS, corpusTest } from "../testing/corpus.ts";
import { compareVisibility } from "./compare.ts";
import { coverageOf } from "./coverage.ts";
import { navigatorLayer } from "./navigator.ts";
import { renderCoverage, renderMarkdown } from "./text.ts";

const CONFIG = filtering(`<RuleGroup groupRelation="or">
<ProcessCreate onmatch="include">
<Image name="technique_id=T1059,technique_name=Interpreter">a</Image>
<Image name="technique_id=T1059,technique_name=Command | Interpreter">b</Image>
<Image name="technique_id=T1059,technique_name=Command | Interpreter">c</Image>
<Image name="watched">d</Image><Image>e</Image></ProcessCreate>
<FileCreate onmatch="include"><TargetFilename name="T1059;T1105">a</TargetFilename></FileCreate>
<ProcessTerminate onmatch="include"/></RuleGroup>`);

Deno.test("techniques with rules, events and the name that is used most", () => {
  const { techniques, rules, unnamed, otherNames } = coverageOf(CONFIG);
  assert.deepEqual(
    techniques.map(({ id, name, byTag }) => [id, name, ...[...byTag].flat()]),
    [
      ["T1059", "Command | Interpreter", "ProcessCreate", 3, "FileCreate", 1],
      ["T1105", undefined, "FileCreate", 1],
    ],
  );
  assert.deepEqual([rules, unnamed, otherNames], [6, 1, 1]);
});

Deno.test("visible only here: against the defaults and against another configuration", () => {
  const here = coverageOf(CONFIG);
  const defaults = compareVisibility(here, undefined);
  assert.deepEqual(defaults.onlyHere.events.map(({ id }) => id), [11]);
  assert.deepEqual(defaults.onlyThere.events.map(({ id }) => id), [5]);
  const other = coverageOf(filtering(
    `<DnsQuery onmatch="include"><Image name="T1105">x</Image></DnsQuery>`,
  ));
  const { onlyHere, onlyThere } = compareVisibility(here, other);
  assert.deepEqual(onlyHere.techniques.map(({ id }) => id), ["T1059"]);
  assert.deepEqual(onlyThere.techniques, []);
  assert.deepEqual(onlyThere.events.map(({ id }) => id), [5, 22]);
});

Deno.test("a table, and Markdown whose cells stay cells", () => {
  const coverage = coverageOf(CONFIG);
  const visibility = compareVisibility(coverage, undefined);
  assert.equal(
    renderCoverage(coverage, visibility, {}),
    `technique  name                   rules  events
T1059      Command | Interpreter      4  ProcessCreate 3, FileCreate
T1105                                 1  FileCreate

2 techniques in the names of 4 of 6 include rules; 1 have other names, 1 have none
events logged: ProcessCreate (1), FileCreate (11)

visible here and not with no configuration (Sysmon's defaults)
  all 2 techniques: the defaults give no RuleNames
  1 event: FileCreate (11)
visible with no configuration (Sysmon's defaults) and not here
  1 event: ProcessTerminate (5)`,
  );
  assert.match(
    renderMarkdown(coverage, visibility),
    /\n\| \[T1059\]\(https:\/\/attack.mitre.org\/techniques\/T1059\/\) \| Command \\\| Interpreter \| 4 \| ProcessCreate 3, FileCreate \|\n/,
  );
});

Deno.test("a Navigator layer: score and comment of each technique", () => {
  const layer = navigatorLayer(coverageOf(CONFIG));
  assert.equal(layer.versions.layer, "4.5");
  assert.equal(layer.domain, "enterprise-attack");
  assert.equal(layer.gradient.maxValue, 4);
  assert.deepEqual(layer.techniques[1], {
    techniqueID: "T1105",
    score: 1,
    comment: "FileCreate: 1\nT1059;T1105",
    enabled: true,
    showSubtechniques: false,
  });
});

const FILES = [
  "modular-sysmonconfig.xml",
  "modular-with-filedelete.xml",
  "swift-sysmonconfig-export.xml",
  "mstic-linux/main.xml",
];

/** Counts rules by technique without any of our own readers: ids in names below an include. */
function countedByHand(xml: string): Map<string, number> {
  const counts = new Map<string, number>();
  const elementsIn = (element: XmlElement) =>
    element.children.filter((child) => child instanceof XmlElement);
  const visit = (element: XmlElement, inherited: string) => {
    const own = element.attributes.name ?? inherited;
    if (element.attributes.onmatch !== "include") {
      if (element.attributes.onmatch === undefined) {
        elementsIn(element).forEach((e) => visit(e, own));
      }
      return;
    }
    for (const item of elementsIn(element)) {
      const name = item.attributes.name || own;
      const leaves = item.name === "Rule" ? elementsIn(item) : [item];
      const names = leaves.map((leaf) => leaf.attributes.name || name);
      const ids = names.flatMap((text) => text.match(/\bT\d{4}(\.\d{3})?\b/g) ?? []);
      for (const id of new Set(ids)) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  };
  visit(parseXml(xml).root!, "");
  return counts;
}

for (const file of FILES) {
  corpusTest(`techniques of ${file} are those that are counted by hand`, () => {
    const bytes = Deno.readFileSync(new URL(file, CORPUS_CONFIGS));
    const { config } = loadConfig(bytes, file);
    const { techniques } = coverageOf(config!);
    const expected = countedByHand(new TextDecoder().decode(bytes));
    assert.deepEqual(
      techniques.map(({ id, rules }) => [id, rules.length]),
      [...expected].toSorted(([a], [b]) => a < b ? -1 : 1),
    );
    assert.ok(techniques.length > 15);
  });
}
