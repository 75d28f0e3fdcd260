import assert from "node:assert/strict";
import { jsonRenderer } from "../../sinks/json.ts";
import { xmlRenderer } from "../../sinks/xml.ts";
import { eventById, EVENTS } from "../../schema/events.ts";
import { eventFromFields, isEvent, readEventLog, readEventText } from "./mod.ts";

const IMAGE = "C:\\Windows\\System32\\cmd.exe";

/** What a text holds: fields of events without those that have no data, and problems. */
async function read(text: string) {
  const log = await readEventText(text, "log");
  const events: Record<string, unknown>[] = [];
  const problems: string[] = [];
  for await (const item of log) {
    if (!isEvent(item)) {
      problems.push(`${"line" in item.place ? item.place.line : "?"}: ${item.message}`);
      continue;
    }
    const { definition, values, time } = item.event;
    const fields = definition.fields.map(({ name }, i) => [name, values[i]]);
    const held = fields.filter(([, value]) => value !== "-");
    events.push({ id: definition.id, time, ...Object.fromEntries(held) });
  }
  return { events, problems, skipped: log.skipped };
}

async function onlyEvent(text: string) {
  const { events, problems, skipped } = await read(text);
  assert.deepEqual(problems, []);
  assert.equal(skipped, 0);
  assert.equal(events.length, 1);
  return events[0];
}

const EXPECTED = { id: 1, time: Date.UTC(2026, 0, 2, 3, 4, 5, 678), ProcessId: 42, Image: IMAGE };
const TIME = "2026-01-02T03:04:05.678901200Z";
const PROVIDER = "Microsoft-Windows-Sysmon";

const JSON_SHAPES: Readonly<Record<string, unknown>> = {
  "evtx_dump": {
    Event: {
      System: {
        Provider: { "#attributes": { Name: PROVIDER, Guid: "…" } },
        EventID: 1,
        TimeCreated: { "#attributes": { SystemTime: TIME } },
      },
      EventData: { ProcessId: 42, Image: IMAGE },
    },
  },
  "a converter with lists": {
    Event: {
      "@xmlns": "…",
      System: {
        Provider: { "@Name": PROVIDER },
        EventID: { "@Qualifiers": "0", "#text": "1" },
        TimeCreated: { "@SystemTime": TIME },
      },
      EventData: {
        Data: [{ "@Name": "ProcessId", "#text": "42" }, { "@Name": "Image", "#text": IMAGE }],
      },
    },
  },
  "Winlogbeat": {
    "@timestamp": TIME,
    agent: { type: "winlogbeat" },
    winlog: {
      provider_name: PROVIDER,
      event_id: "1",
      event_data: { ProcessId: "42", Image: IMAGE },
    },
  },
  "Winlogbeat before 7": {
    "@timestamp": TIME,
    source_name: PROVIDER,
    event_id: 1,
    event_data: { ProcessId: "42", Image: IMAGE },
  },
  "NXLog": {
    EventTime: "2026-01-02 03:04:05.678",
    Hostname: "h",
    SourceName: PROVIDER,
    EventID: 1,
    Version: 5,
    ProcessId: 42,
    Image: IMAGE,
  },
  "by hand": { EventID: 1, ProcessId: 42, Image: IMAGE, "@timestamp": TIME },
};

for (const [name, shape] of Object.entries(JSON_SHAPES)) {
  Deno.test(`JSON as ${name} writes it`, async () => {
    assert.deepEqual(await onlyEvent(JSON.stringify(shape)), EXPECTED);
    assert.deepEqual(await onlyEvent(JSON.stringify([shape], null, 2)), EXPECTED);
  });
}

const XML = `<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>` +
  `<Provider Name='${PROVIDER}' Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/>` +
  `<EventID>1</EventID><TimeCreated SystemTime="${TIME}"/></System>` +
  `<EventData><Data Name="ProcessId">42</Data><Data Name="Image">${IMAGE}</Data></EventData>` +
  `<RenderingInfo Culture="en-US"><Message>Process Create: &#13;</Message></RenderingInfo></Event>`;

Deno.test("XML: a document, a line, behind a prefix, UTF-16 with a mark", async () => {
  assert.deepEqual(await onlyEvent(XML), EXPECTED);
  assert.deepEqual(await onlyEvent(`<?xml version="1.0"?>\n<Events>${XML}</Events>`), EXPECTED);
  assert.deepEqual(await onlyEvent(`<14>Jan  2 03:04:05 host sysmon: ${XML}\n`), EXPECTED);
  const path = await Deno.makeTempFile();
  try {
    for (const littleEndian of [true, false]) {
      const bytes = new DataView(new ArrayBuffer(2 * XML.length + 2));
      Array.from(`\ufeff${XML}`).forEach((unit, i) =>
        bytes.setUint16(2 * i, unit.charCodeAt(0), littleEndian)
      );
      await Deno.writeFile(path, new Uint8Array(bytes.buffer));
      const items = await Array.fromAsync(await readEventLog(path));
      assert.ok(items.length === 1 && isEvent(items[0]));
      assert.equal(
        items[0].event.values[items[0].event.definition.fieldIndex.get("Image")!],
        IMAGE,
      );
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("references that XML 1.0 does not allow are read as Sysmon for Linux means them", async () => {
  const event = "<Event><System><EventID>1</EventID></System><EventData>" +
    '<Data Name="CommandLine">a&#27;&#x1b;&lt;&quot;&unknown;&amp;lt;<![CDATA[<&amp;]]></Data>' +
    "</EventData></Event>";
  const { CommandLine } = await onlyEvent(event);
  assert.equal(CommandLine, 'a\x1b\x1b<"&unknown;&lt;<&amp;');
});

Deno.test("what the sensor writes comes back as it was", async () => {
  for (const definition of EVENTS) {
    const values = definition.fields.map(({ type }, i) => {
      if (i % 5 === 4) return "-";
      if (type === "uint16" || type === "uint32") return i;
      if (type === "boolean") return i % 2 === 0;
      return `${i} "<&\\é\u202e\n\x1b`;
    });
    const event = { definition, values, time: 0, recordId: 7 };
    const json = jsonRenderer({ computer: "h" })(event);
    const [fromJson] = await Array.fromAsync(await readEventText(json, "log"));
    assert.ok(isEvent(fromJson));
    const origin = { computer: "h", system: "linux" };
    assert.deepEqual(fromJson.event, { ...event, recordId: 0, origin });
    const xml = xmlRenderer({ computer: "h", processId: 1, userId: 0 })(event);
    const [fromXml] = await Array.fromAsync(await readEventText(xml, "log"));
    assert.ok(isEvent(fromXml));
    const written = values.map((value) =>
      typeof value === "string" ? value.replace("\x1b", "\u241b") : value
    );
    assert.deepEqual(fromXml.event.values, written);
    assert.deepEqual(fromXml.event.origin, origin);
  }
});

Deno.test("other providers and unknown ids are counted, not reported", async () => {
  const other = {
    Event: { System: { Provider: { "@Name": "Other" }, EventID: 1 }, EventData: {} },
  };
  const { events, problems, skipped } = await read(
    [other, { EventID: 4624 }, { EventID: 1 }].map((each) => JSON.stringify(each)).join("\n"),
  );
  assert.equal(events.length, 1);
  assert.equal(skipped, 2);
  assert.deepEqual(problems, []);
});

Deno.test("a name that is no field is told once, one that was a field is not", async () => {
  const event = (field: string) => `{"System":{"EventID":6},"EventData":{"${field}":"x"}}\n`;
  const log = event("Imageloaded").repeat(2) + event("Other\\u001b") + event("SequenceNumber");
  const { events, problems } = await read(log);
  assert.equal(events.length, 4);
  assert.deepEqual(problems, [
    "1: event 6 has no field 'Imageloaded' (did you mean 'ImageLoaded'?)",
    "3: event 6 has no field 'Other\\x1b'",
  ]);
  const flat = await read('{"EventID":1,"Comandline":"x","host":"y","tags":[]}');
  assert.deepEqual(flat.problems, [
    "1: event 1 has no field 'Comandline' (did you mean 'CommandLine'?)",
  ]);
});

Deno.test("masses of names that are no fields are cut short", async () => {
  const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`F${i}`, ""]));
  const { problems } = await read(JSON.stringify({ System: { EventID: 1 }, EventData: fields }));
  assert.ok(problems.length > 50 && problems.length < 200, `${problems.length}`);
});

Deno.test("damage is reported with its line, and reading goes on", async () => {
  const { events, problems } = await read(
    `${XML}\n<Event><System></Event>\n${XML}\n<Event><EventData a=1></EventData></Event>\n${XML}`,
  );
  assert.equal(events.length, 3);
  assert.deepEqual(problems.map((problem) => problem.slice(0, 2)), ["2:", "4:"]);
  const json = await read('{"EventID":1}\n{"EventID":1,}\n{"Image":"x"}\n{"EventID":5}');
  assert.equal(json.events.length, 2);
  assert.deepEqual(json.problems, [
    "2: the JSON object that begins here is damaged",
    "3: the JSON object that begins here has no EventID",
  ]);
});

Deno.test("values have the types of their fields", () => {
  const valueOf = (id: number, field: string, value: unknown) => {
    const event = eventFromFields(id, { [field]: value });
    return event.values[eventById(id)!.fieldIndex.get(field)!];
  };
  assert.equal(valueOf(3, "DestinationPort", "443"), 443);
  assert.equal(valueOf(3, "DestinationPort", "0443"), "0443");
  assert.equal(valueOf(3, "Initiated", "True"), true);
  assert.equal(valueOf(3, "Initiated", "-"), "-");
  assert.equal(valueOf(1, "Image", ""), "-");
  assert.equal(valueOf(1, "LogonId", 999), "0x3e7");
  assert.equal(valueOf(1, "Product", 7), "7");
  const guid = "747F3D96-C8A0-5F0E-0000-0010B5A10B00";
  assert.equal(valueOf(1, "ProcessGuid", guid), `{${guid}}`);
});

Deno.test("events by id and by name, with the nearest names of mistakes", () => {
  assert.equal(eventFromFields("22", {}).definition.id, 22);
  assert.equal(eventFromFields("processcreate", {}).definition.id, 1);
  assert.equal(eventFromFields("RegistryValueSet", {}).definition.id, 13);
  assert.throws(() => eventFromFields("RegistryEvent", {}), /12 .*13 .*14 /);
  assert.throws(() => eventFromFields("ProcesCreate", {}), /did you mean 'ProcessCreate'/);
  assert.throws(() => eventFromFields(77, {}), /there is no event '77'/);
  assert.throws(() => eventFromFields(1, { Imgae: "x" }), /did you mean 'Image'/);
});
