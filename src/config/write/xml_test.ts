import assert from "node:assert/strict";
import type { ChildNode, ConfigDocument, ConfigNode } from "../node.ts";
import { NotXmlError, writeXml } from "./xml.ts";
import { parseXmlText } from "../xml.ts";

function read(text: string): ConfigDocument {
  const { document, refusal } = parseXmlText(text, true);
  assert.ok(document, refusal?.message);
  return document;
}

/** The canonical form, which must stay as it is when it is written again. */
function canonical(text: string): string {
  const written = writeXml(read(text));
  assert.equal(writeXml(read(written)), written, "idempotent");
  return written;
}

function inFilters(xml: string): string {
  const written = canonical(
    `<Sysmon schemaversion="4.90"><EventFiltering>\n${xml}\n</EventFiltering></Sysmon>`,
  );
  const lines = written.split("\n").slice(2, -3);
  return lines.map((line) => line.replace(/^ {4}/, "")).join("\n");
}

Deno.test("one element a line, two blanks a level, attributes in a fixed order", () => {
  assert.equal(
    canonical(
      `<?xml version="1.0"?><Sysmon   schemaversion='4.90'><HashAlgorithms>md5</HashAlgorithms>` +
        `<EventFiltering><RuleGroup groupRelation='or' name="a"><ProcessCreate onmatch="include">` +
        `<Image condition="is" name="n">x</Image><Rule groupRelation="and" name="r">` +
        `<User\n>y</User></Rule></ProcessCreate></RuleGroup></EventFiltering></Sysmon>`,
    ),
    `<Sysmon schemaversion="4.90">
  <HashAlgorithms>md5</HashAlgorithms>
  <EventFiltering>
    <RuleGroup name="a" groupRelation="or">
      <ProcessCreate onmatch="include">
        <Image name="n" condition="is">x</Image>
        <Rule name="r" groupRelation="and">
          <User>y</User>
        </Rule>
      </ProcessCreate>
    </RuleGroup>
  </EventFiltering>
</Sysmon>
`,
  );
});

Deno.test("at most one empty line, none at the ends of an element", () => {
  assert.equal(
    inFilters(`\n\n<ProcessCreate onmatch="include">\n\n\n<Image>a</Image>\n \t\n\n<Image>b</Image>

<!-- c --> <Image>d</Image>\n\n</ProcessCreate>\n\n\n<!-- e -->\n<FileCreate onmatch="include">
  </FileCreate>`),
    `<ProcessCreate onmatch="include">
  <Image>a</Image>

  <Image>b</Image>

  <!-- c -->
  <Image>d</Image>
</ProcessCreate>

<!-- e -->
<FileCreate onmatch="include"/>`,
  );
});

Deno.test("a comment stays on the line of what it follows, and around the root", () => {
  assert.equal(
    canonical(`<!-- a\n     b -->\n\n<!--c--><Sysmon schemaversion="4.90"> <!-- d -->
<HashAlgorithms>*</HashAlgorithms>   <!-- e --><!-- f -->
<!-- g --></Sysmon><!-- h -->`),
    `<!-- a\n     b -->
<!--c-->
<Sysmon schemaversion="4.90">
  <!-- d -->
  <HashAlgorithms>*</HashAlgorithms> <!-- e --> <!-- f -->
  <!-- g -->
</Sysmon>
<!-- h -->
`,
  );
});

Deno.test("values are kept to the character, comments inside them too", () => {
  const xml = `<ProcessCreate onmatch="include">
  <Image condition="is"> a  b </Image>
  <Image condition="is">one
 two
</Image>
  <Image condition="is"> </Image>
  <Image condition="contains"/>
  <Image>a<!-- why -->b</Image>
</ProcessCreate>`;
  assert.equal(inFilters(xml), xml);
});

Deno.test("an entry's blanks are part of its value, those of a container are not", () => {
  assert.equal(
    canonical(
      `<Sysmon schemaversion="4.90"><CaptureClipboard> </CaptureClipboard><DriverName
>\nx</DriverName><EventFiltering> </EventFiltering></Sysmon>`,
    ),
    `<Sysmon schemaversion="4.90">
  <CaptureClipboard> </CaptureClipboard>
  <DriverName>\nx</DriverName>
  <EventFiltering/>
</Sysmon>
`,
  );
});

Deno.test("CDATA and references become text; what cannot be seen becomes a reference", () => {
  assert.equal(
    inFilters(
      `<ProcessCreate onmatch="include"><Image name="&quot;&apos;&lt;&#9;&#10;&#xA0;>"><![CDATA[a<b>&c]]>]]&gt;"'` +
        `&#13;\t\u202e\u00a0\u0085é€\u{1f600}</Image></ProcessCreate>`,
    ),
    `<ProcessCreate onmatch="include">
  <Image name="&quot;'&lt;&#x9;&#xA;&#xA0;&gt;">a&lt;b&gt;&amp;c]]&gt;"'&#xD;&#x9;&#x202E;&#xA0;&#x85;é€\u{1f600}</Image>
</ProcessCreate>`,
  );
});

Deno.test("what only the permissive profile takes is kept", () => {
  assert.equal(
    inFilters(
      `<Wrapper a="b"><rulegroup><ProcessCreate onmatch="include">  stray <Image><b>q</b> zz</Image>` +
        `<rule><Image> </Image></rule></ProcessCreate></rulegroup></Wrapper>`,
    ),
    `<Wrapper a="b">
  <rulegroup>
    <ProcessCreate onmatch="include">
      stray
      <Image><b>q</b> zz</Image>
      <rule>
        <Image> </Image>
      </rule>
    </ProcessCreate>
  </rulegroup>
</Wrapper>`,
  );
});

const NOWHERE = { offset: 7, end: 7, nameOffset: 7, contentOffset: 7, trailing: false };

function withChild(child: ChildNode): ConfigDocument {
  const root: ConfigNode = {
    kind: "element",
    name: "Sysmon",
    ...NOWHERE,
    attributes: new Map(),
    children: [child],
  };
  return { before: [], root, after: [] };
}

Deno.test("a comment from elsewhere that XML would end early is spread", () => {
  const written = writeXml(withChild({ kind: "comment", text: " a --> b---", ...NOWHERE }));
  assert.equal(written, "<Sysmon>\n  <!-- a - -> b- - - -->\n</Sysmon>\n");
});

Deno.test("what XML cannot hold is refused with its place", () => {
  const refused: ChildNode[] = ["\u0001", "\0", "\ufffe", "\ud800"].map((text) => ({
    kind: "text",
    text,
    ...NOWHERE,
  }));
  refused.push({ ...withChild(refused[0]).root, name: "a b", children: [] });
  refused.push({ kind: "comment", text: "\u001b", ...NOWHERE });
  for (const child of refused) {
    assert.throws(
      () => writeXml(withChild(child)),
      (error) => error instanceof NotXmlError && error.offset === 7,
    );
  }
});
