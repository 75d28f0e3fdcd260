import assert from "node:assert/strict";
import type { FieldValue } from "../events/event.ts";
import { sampleEvent } from "../sinks/sample_events.ts";
import { RequestError } from "./protocol.ts";
import { byConditions, byFamily, byKinds, passingAll } from "./tail_filter.ts";

const matches = (conditions: string[], id: number, values: Record<string, FieldValue> = {}) =>
  byConditions(conditions)(sampleEvent(id, values));

Deno.test("conditions have the operators and the meaning of rules", () => {
  const image = { Image: "/usr/bin/ssh-agent" };
  assert.ok(matches(["Image contains SSH"], 1, image));
  assert.ok(matches(["Image contains ssh"], 3, image));
  assert.ok(matches(["Image contains any foo;ssh"], 1, image));
  assert.ok(matches(["Image image ssh-agent"], 1, image));
  assert.ok(matches(["Image begin with /usr/"], 1, image));
  assert.ok(!matches(["Image not begin with /usr/"], 1, image));
  assert.ok(matches(["Image /usr/bin/ssh-agent"], 1, image), "is, where no operator is named");
  assert.ok(!matches(["Image is ssh"], 1, image));
  assert.ok(matches(["DestinationPort more than 100"], 3));
});

Deno.test("all conditions must hold, and what lacks a field does not meet them", () => {
  assert.ok(matches(["Image contains python", "User is alice"], 1));
  assert.ok(!matches(["Image contains python", "User is bob"], 1));
  assert.ok(matches(["Image contains python", "Image end with 3.11"], 1), "also on one field");
  assert.ok(!matches(["Image contains python", "Image end with 3.12"], 1));
  assert.ok(!matches(["DestinationPort is 443"], 1));
  assert.ok(!matches(["Image contains python"], 255), "the sensor's own events have no rules");
});

Deno.test("values may be quoted and hold what XML would take for its own", () => {
  const values = { CommandLine: "a <b> & c " };
  assert.ok(matches(['CommandLine contains "<b> & c"'], 1, values));
  assert.ok(!matches(["CommandLine contains &lt;b"], 1, values));
});

Deno.test("what cannot be understood is refused in words", () => {
  const refused = (texts: string[]) => {
    try {
      byConditions(texts);
    } catch (error) {
      assert.ok(error instanceof RequestError);
      return error.message;
    }
    return assert.fail("not refused");
  };
  assert.match(refused(["Imge contains x"]), /no field 'Imge' \(did you mean 'Image'\?\)/);
  assert.match(refused(["Image contains"]), /has no value/);
  assert.match(refused([""]), /no field/);
  assert.match(
    refused(["QueryName is x", "TargetFilename is y"]),
    /no event has all of the fields/,
  );
  assert.match(refused(["Image is a\x1bb"]), /control character/);
  assert.match(
    refused(["Image contain sh"]),
    /no operator 'contain' \(did you mean 'contains'\?\)/,
  );
  assert.match(refused(["Image == /bin/sh"]), /no operator '=='; .* such as Image is == \/bin\/sh/);
  assert.throws(() => byKinds(["ProcesCreate"]), /did you mean 'ProcessCreate'/);
});

Deno.test("kinds are ids, names or tags", () => {
  const test = byKinds(["1", "networkconnect", "RegistryEvent"]);
  const found = [1, 3, 5, 12, 13, 14, 255].filter((id) => test(sampleEvent(id)));
  assert.deepEqual(found, [1, 3, 12, 13, 14]);
});

Deno.test("a family is a process, what it starts, and what that starts", () => {
  const test = byFamily(100, (pid) => pid === 150);
  const started = (pid: number, parent: number) =>
    test(sampleEvent(1, { ProcessId: pid, ParentProcessId: parent }));
  const acts = (pid: number) => test(sampleEvent(11, { ProcessId: pid }));
  assert.ok(acts(100));
  assert.ok(!acts(200));
  assert.ok(started(200, 100));
  assert.ok(started(300, 200));
  assert.ok(!started(400, 1));
  assert.ok(test(sampleEvent(5, { ProcessId: 200 })));
  assert.ok(!acts(200), "the number may be another's now");
  assert.ok(acts(300), "though its parent has ended");
  assert.ok(acts(150) && started(151, 150), "known to the sensor, whoever started it");
  assert.ok(test(sampleEvent(10, { ProcessId: "-", SourceProcessId: 300 })));
});

Deno.test("families are kept also by events that other tests refuse", () => {
  const test = passingAll([byKinds(["11"]), byFamily(100)]);
  assert.ok(!test(sampleEvent(1, { ProcessId: 200, ParentProcessId: 100 })));
  assert.ok(test(sampleEvent(11, { ProcessId: 200 })));
});
