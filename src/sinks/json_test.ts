import assert from "node:assert/strict";
import { EVENTS } from "../schema/mod.ts";
import { jsonRenderer } from "./json.ts";
import { ODD_TEXT, sampleEvent } from "./sample_events.ts";

const render = jsonRenderer({ computer: "build-7" });

Deno.test("a line has the head, then the fields in schema order, with their types", () => {
  assert.equal(
    render(sampleEvent(3)),
    '{"EventID":3,"Event":"NetworkConnect","Computer":"build-7","EventRecordID":17,' +
      '"RuleName":"-","UtcTime":"2024-11-22 15:00:00.123",' +
      '"ProcessGuid":"{2424faa4-9c70-6740-e1b4-2270fe550000}","ProcessId":4711,' +
      '"Image":"/usr/bin/python3.11","User":"alice","Protocol":"tcp","Initiated":true,' +
      '"SourceIsIpv6":false,"SourceIp":"10.0.0.5","SourceHostname":"-","SourcePort":51234,' +
      '"SourcePortName":"-","DestinationIsIpv6":false,"DestinationIp":"192.0.2.10",' +
      '"DestinationHostname":"-","DestinationPort":443,"DestinationPortName":"-"}',
  );
});

Deno.test("every event of the schema gives JSON with its values in order", () => {
  for (const { id, fields } of EVENTS) {
    const event = sampleEvent(id);
    const parsed = JSON.parse(render(event));
    assert.deepEqual(
      Object.entries(parsed).slice(4),
      fields.map(({ name, index }) => [name, event.values[index]]),
    );
  }
});

Deno.test("missing numbers and booleans are the text -", () => {
  const line = render(sampleEvent(3, { ProcessId: "-", Initiated: "-", SourcePort: NaN }));
  assert.match(line, /"ProcessId":"-"/);
  assert.match(line, /"Initiated":"-"/);
  assert.match(line, /"SourcePort":"NaN"/);
  JSON.parse(line);
});

Deno.test("odd characters come back from JSON, but none of them is in the line", () => {
  const line = render(sampleEvent(11, { TargetFilename: ODD_TEXT }));
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(line, /[\0-\x1f\x7f-\x9f\u200b\u2028\u2029\u202e\ufeff\u{e0041}]/u);
  assert.equal(
    new TextDecoder("utf-8", { fatal: true }).decode(new TextEncoder().encode(line)),
    line,
  );
  assert.equal(JSON.parse(line).TargetFilename, ODD_TEXT.toWellFormed());
  assert.match(line, /\\u001b\[31m/);
  assert.match(line, /\\udb40\\udc41r/, "a tag character is escaped as its surrogate pair");
  assert.ok(line.includes("w\xe9x\u4e2dy\u{1f600}z"), "printable characters stay");
});

Deno.test("an odd host name and an odd value in a field that is not text are escaped", () => {
  const line = jsonRenderer({ computer: 'a"\n' })(sampleEvent(3, { ProcessId: '1"\x1b' }));
  const parsed = JSON.parse(line);
  assert.equal(parsed.Computer, 'a"\n');
  assert.equal(parsed.ProcessId, '1"\x1b');
});

Deno.test("a long value of nothing but controls stays one line", () => {
  const text = "\x1b".repeat(200_000);
  assert.equal(JSON.parse(render(sampleEvent(1, { CommandLine: text }))).CommandLine, text);
});
