/** Formatting keeps what a configuration means, also one that is written in the oddest ways. */
import assert from "node:assert/strict";
import { Random, seedOfThisRun } from "../../testing/random.ts";
import { formatConfig } from "./format.ts";

const MUTATIONS = 20_000;

const START = `<!-- a --><Sysmon schemaversion="4.90"> <!-- b -->
  <HashAlgorithms>md5</HashAlgorithms><CheckRevocation/>

  <EventFiltering><RuleGroup name="g" groupRelation="or">
    <ProcessCreate onmatch="include">
      <Image condition="is" name='n'>&lt;a</Image> <!-- c -->
      <Rule groupRelation="and" name="r"><User>u</User><CommandLine>x<![CDATA[<y]]></CommandLine></Rule>
    </ProcessCreate></RuleGroup><FileCreate onmatch="exclude"></FileCreate></EventFiltering>
</Sysmon><!-- d -->
`;

const PIECES = [
  ..."< > & \" ' <!-- --> <![CDATA[ ]]> &#x9; &#13; &amp; &foo; <Rule> </Rule> <Image> </Image> <b>"
    .split(" "),
  ...'|\n|\t|\r|\n\n\n|\u202e|\u00a0|\u{1f600}|\u0085|--|-|name=""|text|<RuleGroup groupRelation="and">'
    .split("|"),
  "</RuleGroup>",
  ' condition="is not"',
  "<EventFiltering>",
  "<NetworkConnect>a.exe</NetworkConnect>",
];

Deno.test("a mutated configuration is refused, or formatted to something canonical", () => {
  const random = new Random(seedOfThisRun());
  let formatted = 0;
  for (let round = 0; round < MUTATIONS; round++) {
    let text = START;
    for (let i = 1 + random.below(3); i > 0; i--) {
      const at = random.below(text.length + 1);
      const removed = random.chance(30) ? random.below(12) : 0;
      text = text.slice(0, at) + random.of(PIECES) + text.slice(at + removed);
    }
    for (const permissive of [false, true]) {
      const format = (text: string) =>
        formatConfig(new TextEncoder().encode(text), "x.xml", { permissive }).text;
      const once = format(text);
      if (once === undefined) continue;
      formatted++;
      assert.equal(format(once), once, JSON.stringify(text));
    }
  }
  assert.ok(formatted > MUTATIONS / 20, `only ${formatted} were formatted`);
});

Deno.test("YAML stays YAML", () => {
  const bytes = new TextEncoder().encode("schemaversion: '4.90' # v\nHashAlgorithms:   md5\n");
  const { text } = formatConfig(bytes, "x.yaml");
  assert.match(text!, /^schemaversion: '4\.90' # v\nHashAlgorithms: .*md5.*\n$/);
});
