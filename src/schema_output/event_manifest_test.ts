import assert from "node:assert/strict";
import { parseXml, type XmlDocument, XmlElement } from "@rgrove/parse-xml";
import { eventProvider, EVENTS } from "../schema/mod.ts";
import { printEventManifest } from "./event_manifest.ts";

const RESOURCES = "C:\\Windows\\a & b.dll";

/** Elements of a name below `parent`, in order. */
function* all(parent: XmlElement | XmlDocument, name: string): Generator<XmlElement> {
  for (const child of parent.children) {
    if (!(child instanceof XmlElement)) continue;
    if (child.name === name) yield child;
    yield* all(child, name);
  }
}

Deno.test("the manifest has every event with every field, in Sysmon's order", () => {
  const manifest = parseXml(printEventManifest(eventProvider("monomi"), RESOURCES));
  const [provider] = all(manifest, "provider");
  assert.equal(provider.attributes.guid, eventProvider("monomi").guid);
  assert.equal(provider.attributes.resourceFileName, RESOURCES);
  const [channel, ...others] = all(manifest, "channel");
  const { name, type, enabled, chid } = channel.attributes;
  assert.deepEqual([name, type, enabled], ["monomi/Operational", "Operational", "true"]);
  assert.equal(others.length, 0);

  const templates = new Map([...all(manifest, "template")].map((t) => [t.attributes.tid, t]));
  const tasks = new Map([...all(manifest, "task")].map((t) => [t.attributes.name, t]));
  const strings = new Map([...all(manifest, "string")].map(({ attributes: { id, value } }) => [
    `$(string.${id})`,
    value,
  ]));
  const events = [...all(provider, "event")];
  assert.deepEqual(
    events.map(({ attributes }) => Number(attributes.value)),
    EVENTS.map((e) => e.id),
  );
  for (const [at, { attributes }] of events.entries()) {
    const { id, version, level, title, fields } = EVENTS[at];
    assert.equal(attributes.version, String(version));
    assert.equal(attributes.level, level === 2 ? "win:Error" : "win:Informational");
    assert.equal(attributes.channel, chid);
    assert.equal(tasks.get(attributes.task)?.attributes.value, String(id));
    assert.ok(strings.has(tasks.get(attributes.task)!.attributes.message));
    const names = [...all(templates.get(attributes.template)!, "data")].map((data) =>
      data.attributes.name
    );
    assert.deepEqual(names, fields.map((field) => field.name));
    const message = strings.get(attributes.message)!;
    assert.deepEqual(message.split("%n"), [
      `${title}:`,
      ...names.map((field, i) => `${field}: %${i + 1}`),
    ]);
  }
});
