import assert from "node:assert/strict";
import { parseXml, XmlElement } from "@rgrove/parse-xml";
import { eventById, EVENTS } from "../schema/mod.ts";
import { ODD_TEXT, sampleEvent } from "./sample_events.ts";
import { xmlRenderer } from "./xml.ts";

const host = {
  computer: "build-7",
  processId: 4000,
  userId: 0,
  clock: () => Date.UTC(2024, 10, 22, 15, 0, 1, 42),
};
const render = xmlRenderer(host);

function dataOf(line: string): [string, string][] {
  const eventData = parseXml(line).root!.children[1] as XmlElement;
  return eventData.children.map((child) => {
    const data = child as XmlElement;
    return [data.attributes.Name, data.text];
  });
}

Deno.test("a line is Sysmon for Linux's, byte for byte (T33-T37)", () => {
  assert.equal(
    render(sampleEvent(5, { RuleName: "T1059 <shell> & 'co' \"x\"" })),
    '<Event><System><Provider Name="Linux-Sysmon" ' +
      'Guid="{ff032593-a8d3-4f13-b0d6-01fc615a0f97}"/><EventID>5</EventID><Version>3</Version>' +
      "<Level>4</Level><Task>5</Task><Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords>" +
      '<TimeCreated SystemTime="2024-11-22T15:00:01.042000000Z"/>' +
      "<EventRecordID>17</EventRecordID><Correlation/>" +
      '<Execution ProcessID="4000" ThreadID="4000"/><Channel>Linux-Sysmon/Operational</Channel>' +
      '<Computer>build-7</Computer><Security UserId="0"/></System><EventData>' +
      '<Data Name="RuleName">T1059 &lt;shell&gt; &amp; \'co\' "x"</Data>' +
      '<Data Name="UtcTime">2024-11-22 15:00:00.123</Data>' +
      '<Data Name="ProcessGuid">{2424faa4-9c70-6740-e1b4-2270fe550000}</Data>' +
      '<Data Name="ProcessId">4711</Data><Data Name="Image">/usr/bin/python3.11</Data>' +
      '<Data Name="User">alice</Data></EventData></Event>',
  );
});

Deno.test("every event of the schema is well-formed and has its fields in order", () => {
  for (const { id, fields } of EVENTS) {
    const event = sampleEvent(id);
    assert.deepEqual(
      dataOf(render(event)),
      fields.map(({ name, index }) => [name, String(event.values[index])]),
    );
  }
});

Deno.test("SystemTime keeps fractions of a millisecond as units of 100 ns", () => {
  const line = xmlRenderer({ ...host, clock: () => 1_700_000_000_000.5 })(sampleEvent(5));
  assert.match(line, /SystemTime="2023-11-14T22:13:20\.000500000Z"/);
});

Deno.test("event 100 has real header values, or Sysmon's zeros with sysmonParity (Q25)", () => {
  const header = (line: string) => /<Version>.*<\/Keywords>/.exec(line)![0];
  assert.equal(
    header(render(sampleEvent(100))),
    "<Version>1</Version><Level>4</Level><Task>100</Task><Opcode>0</Opcode>" +
      "<Keywords>0x8000000000000000</Keywords>",
  );
  const parity = xmlRenderer({ ...host, sysmonParity: true });
  assert.equal(
    header(parity(sampleEvent(100))),
    "<Version>0</Version><Level>0</Level><Task>0</Task><Opcode>0</Opcode>" +
      "<Keywords>0x0</Keywords>",
  );
  assert.equal(header(parity(sampleEvent(5))), header(render(sampleEvent(5))));
});

Deno.test("odd characters: one line, well-formed, given back where XML 1.0 can hold them", () => {
  const line = render(sampleEvent(11, { TargetFilename: ODD_TEXT }));
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(line, /[\0-\x1f\x7f-\x9f\u200b\u2028\u2029\u202e\ufeff\u{e0041}]/u);
  const value = new Map(dataOf(line)).get("TargetFilename");
  const expected = ODD_TEXT.replace("\0", "\u2400").replace("\x1b", "\u241b")
    .replace(/[\ufffe\uffff]|\p{Cs}/gu, "\ufffd");
  assert.equal(value, expected);
  assert.match(line, /g&#10;h&#13;&#9;i/);
  assert.match(line, /\]\]&gt;/);
  assert.ok(line.includes("w\xe9x\u4e2dy\u{1f600}z"), "printable characters stay");
});

Deno.test("every UTF-16 code unit, alone, gives well-formed XML on one line", () => {
  for (let start = 0; start < 0x10000; start += 0x100) {
    const units = Array.from({ length: 0x100 }, (_, i) => String.fromCharCode(start + i) + ".");
    const line = render(sampleEvent(1, { CommandLine: units.join("") }));
    assert.doesNotMatch(line, /[\r\n\u2028\u2029\x85]/);
    parseXml(line);
  }
});

Deno.test("an odd host name is escaped", () => {
  const line = xmlRenderer({ ...host, computer: "a<b>\n" })(sampleEvent(5));
  assert.match(line, /<Computer>a&lt;b&gt;&#10;<\/Computer>/);
});

Deno.test("a recorded event has its own time and host, whatever its time is", () => {
  const definition = eventById(5)!;
  const values = definition.fields.map(() => "-");
  const origin = { computer: "pc", system: "windows" } as const;
  const render = xmlRenderer({ computer: "here", processId: 1, userId: 0, clock: () => 0 });
  const line = (time: number) => render({ definition, values, time, recordId: 1, origin });
  assert.match(
    line(Date.UTC(2026, 0, 2, 3, 4, 5, 678)),
    /SystemTime="2026-01-02T03:04:05\.678000000Z"/,
  );
  assert.match(line(0), /<Computer>pc<\/Computer>/);
  for (const time of [NaN, Infinity, 1e300]) {
    assert.match(line(time), /SystemTime="1970-01-01T00:00:00\.000000000Z"/);
  }
});
