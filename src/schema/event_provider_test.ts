import assert from "node:assert/strict";
import { eventProvider } from "./event_provider.ts";

Deno.test("a name has one GUID, of version 5, whatever its case; another name another", () => {
  const { guid, guidBytes, channel } = eventProvider("monomi");
  assert.equal(guid, eventProvider("MONOMI").guid);
  assert.notEqual(guid, eventProvider("sysmon").guid);
  assert.match(guid, /^\{[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\}$/);
  assert.equal(channel, "monomi/Operational");
  const view = new DataView(guidBytes.buffer);
  assert.equal(view.getUint32(0, true), parseInt(guid.slice(1, 9), 16));
  assert.equal(view.getUint16(6, true), parseInt(guid.slice(15, 19), 16));
  assert.equal(guidBytes.subarray(10).toHex(), guid.slice(25, 37));
});
