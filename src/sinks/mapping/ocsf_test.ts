import assert from "node:assert/strict";
import { isIP } from "node:net";
import { EVENTS } from "../../schema/mod.ts";
import { ODD_TEXT } from "../sample_events.ts";
import { ocsfRenderer } from "./ocsf.ts";
import { OCSF_VERSION } from "./ocsf_table.ts";
import { fullEvent, holds } from "./testing.ts";

interface Attribute {
  /** A type's name, or `>` and an object's. */
  readonly type: string;
  readonly array?: boolean;
  readonly required?: boolean;
  readonly profiles?: readonly string[];
  readonly enum?: readonly number[];
}

interface Described {
  readonly category_uid?: number;
  readonly at_least_one?: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

interface Published {
  readonly version: string;
  readonly classes: Readonly<Record<string, Described>>;
  readonly objects: Readonly<Record<string, Described>>;
}

/** Written by tasks/ocsf_schema.ts. */
const PUBLISHED: Published = JSON.parse(
  await Deno.readTextFile(new URL("testdata/ocsf.json", import.meta.url)),
);
const render = ocsfRenderer({ computer: "build-7" });
const rendered = (...of: Parameters<typeof fullEvent>) => JSON.parse(render(fullEvent(...of)));

const isText = (value: unknown) => typeof value === "string";
const IS_OF_TYPE: Readonly<Record<string, (value: unknown) => boolean>> = {
  integer_t: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  long_t: (value) => Number.isSafeInteger(value),
  timestamp_t: (value) => Number.isSafeInteger(value),
  boolean_t: (value) => typeof value === "boolean",
  port_t: (value) => Number.isInteger(value) && (value as number) < 2 ** 16,
  ip_t: (value) => isIP(value as string) !== 0,
  json_t: () => true,
};

function check(place: string, value: Record<string, unknown>, described: Described): void {
  const profiles: readonly string[] = ["host", "container", "security_control"];
  for (const [name, inner] of Object.entries(value)) {
    const path = `${place}.${name}`;
    const attribute = described.attributes[name];
    assert.ok(attribute, `${path} is not in OCSF`);
    assert.ok(
      attribute.profiles?.some((one) => profiles.includes(one)) ?? true,
      `${path}: profile`,
    );
    assert.equal(Array.isArray(inner), attribute.array ?? false, `${path}: an array or not`);
    for (const one of [inner].flat()) {
      if (attribute.enum) assert.ok(attribute.enum.includes(one as number), `${path}: ${one}`);
      if (attribute.type.startsWith(">")) {
        const object = attribute.type.slice(1);
        if (object === "object") continue;
        check(path, one as Record<string, unknown>, PUBLISHED.objects[object]);
      } else {
        assert.ok(
          (IS_OF_TYPE[attribute.type] ?? isText)(one),
          `${path}: ${attribute.type}: ${one}`,
        );
      }
    }
  }
  for (const [name, { required, profiles: of }] of Object.entries(described.attributes)) {
    if (!required || (of && !of.some((one) => profiles.includes(one)))) continue;
    assert.ok(name in value, `${place}: ${name} is required`);
  }
  const { at_least_one } = described;
  if (at_least_one) {
    assert.ok(at_least_one.some((name) => name in value), `${place}: one of ${at_least_one}`);
  }
}

Deno.test("the published schema is that of the version that events name", () => {
  assert.equal(PUBLISHED.version, OCSF_VERSION);
  assert.equal(rendered(1).metadata.version, OCSF_VERSION);
});

Deno.test("every event is one of its class: names, types, enumerations, what is required", () => {
  for (const { id } of EVENTS) {
    const event = rendered(id);
    const published = PUBLISHED.classes[event.class_uid];
    assert.ok(published, `event ${id}: class ${event.class_uid}`);
    check(`event ${id}`, event, published);
    assert.equal(event.category_uid, published.category_uid, `event ${id}`);
    assert.equal(event.type_uid, event.class_uid * 100 + event.activity_id, `event ${id}`);
  }
});

Deno.test("an event without data is still one of its class, where Sysmon gives what it requires", () => {
  for (const { id, fields } of EVENTS) {
    const always =
      /ProcessGu?id|ProcessGUID|ProcessId|Image|Utc|Target|Pipe|Device|Name|Details|Ip$/i;
    const missing = fields.filter(({ name }) => !always.test(name) && !isNeeded(id, name));
    const event = rendered(id, Object.fromEntries(missing.map(({ name }) => [name, "-"])));
    check(`event ${id}`, event, PUBLISHED.classes[event.class_uid]);
  }
});

/** WMI's binding has no name but its consumer's. */
function isNeeded(id: number, name: string): boolean {
  return id === 21 && name === "Consumer";
}

Deno.test("whatever a field holds, it is in the event as it was", () => {
  for (const { id, fields } of EVENTS) {
    for (const { name } of fields) {
      const odd = `${name} ${ODD_TEXT}`;
      const event = rendered(id, { [name]: odd });
      assert.ok(holds(event, odd.toWellFormed()), `event ${id}: ${name}`);
      check(`event ${id} with an odd ${name}`, event, PUBLISHED.classes[event.class_uid]);
    }
  }
});

Deno.test("what happened decides on the activity where one event stands for several", () => {
  const idsOf = (EventType: string) => rendered(12, { EventType });
  assert.equal(idsOf("CreateKey").type_uid, 20100101);
  assert.equal(idsOf("DeleteKey").type_uid, 20100104);
  assert.equal(idsOf("CreateValue").type_uid, 20100199);
  assert.equal(rendered(19, { Operation: "Deleted" }).activity_name, "Delete");
});

Deno.test("a process, who started it and where it runs", () => {
  const { process, actor, time, metadata } = rendered(1);
  assert.equal(time, Date.UTC(2024, 10, 22, 15, 0, 0, 123));
  assert.equal(metadata.original_time, "2024-11-22 15:00:00.123");
  assert.equal(metadata.sequence, 17);
  assert.equal(process.file.hashes.length, 3);
  assert.equal(process.file.name, "python3.11");
  assert.equal(process.namespace_pid, 7);
  assert.equal(process.container.runtime, "containerd");
  assert.equal(actor.process.cmd_line, "a value of ParentCommandLine");
  assert.deepEqual(rendered(1).attacks, [{ technique: { uid: "T1059.004" } }]);
});
