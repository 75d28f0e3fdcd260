/** What is said of Linux is true of events that monomi recorded there. */
import assert from "node:assert/strict";
import { eventById } from "../schema/events.ts";
import { constantText, linuxProducer } from "./platforms.ts";

const RECORDED = new URL("../../fixtures/records/shell.json", import.meta.url);

Deno.test("recorded events are of produced tags, and constant fields hold what they are said to", () => {
  const events = Deno.readTextFileSync(RECORDED).trimEnd().split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const constants = new Set<string>();
  for (const event of events) {
    const { tag, fields } = eventById(event.EventID as number)!;
    if (tag === null) continue;
    assert.match(linuxProducer(tag) ?? "", /^(both|monomi)$/, tag);
    for (const { name } of fields) {
      const text = constantText(tag, name, "linux");
      if (text === undefined) continue;
      constants.add(`${tag} ${name}`);
      assert.equal(event[name], text, `${tag} ${name}`);
    }
  }
  assert.ok(constants.has("ProcessCreate OriginalFileName"));
  assert.ok(constants.has("NetworkConnect DestinationHostname"));
  assert.ok(constants.has("FileDeleteDetected Hashes"));
});
