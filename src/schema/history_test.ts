import assert from "node:assert/strict";
import { eventsOf, operatorsOf, optionsOf, SCHEMA_VERSIONS } from "./mod.ts";

const REFERENCE = new URL("../../../shared/reference/sysmon-schema.json", import.meta.url);

interface ReferenceOption {
  name: string;
  switch: string | null;
  argument: string;
  rule: boolean;
  commandLineOnly: boolean;
  exclusive: boolean;
  configElement: string | null;
  configContent: string | null;
  platform: string[] | null;
}
interface ReferenceEvent {
  id: number;
  name: string;
  template: string;
  ruleName: string | null;
  ruleDefault: string | null;
  level: string;
  version: number;
  internal: boolean;
  fields: [name: string, inType: string, outType: string | null][];
}
interface ReferenceVersion {
  binaryVersion: string;
  operators: string;
  options: string[];
  events: string[];
}
interface Reference {
  versions: Record<string, ReferenceVersion>;
  overlays: Record<string, ReferenceVersion>;
  pools: {
    operators: Record<string, string[]>;
    options: Record<string, ReferenceOption>;
    events: Record<string, ReferenceEvent>;
  };
}

async function readReference(): Promise<Reference | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(REFERENCE));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

const reference = await readReference();

const TYPES: Record<string, string> = {
  UnicodeString: "string",
  UInt16: "uint16",
  UInt32: "uint32",
  UInt64: "uint64",
  HexInt32: "hexint32",
  HexInt64: "hexint64",
  Boolean: "boolean",
  GUID: "guid",
};

function ourName(referenceName: string): string {
  return referenceName === "4.90" ? "linux-4.90" : referenceName;
}

Deno.test({
  name: "every schema version agrees with the collected manifests",
  ignore: reference === undefined,
  fn() {
    const { versions, overlays, pools } = reference!;
    const all = { ...versions, ...overlays };
    assert.deepEqual(
      Object.keys(all).map(ourName).sort(),
      SCHEMA_VERSIONS.map((v) => v.name).sort(),
    );
    for (const [name, expected] of Object.entries(all)) {
      const version = SCHEMA_VERSIONS.find((v) => v.name === ourName(name))!;
      assert.equal(version.binaryVersion, expected.binaryVersion);
      assert.deepEqual(operatorsOf(version), pools.operators[expected.operators], name);
      const expectedEvents = expected.events
        .map((key) => pools.events[key])
        .filter((event) => !event.internal)
        .toSorted((a, b) => (a.id === 255 ? -1 : a.id) - (b.id === 255 ? -1 : b.id))
        .map((event) => ({
          id: event.id,
          key: event.name,
          tag: event.ruleName,
          title: event.template,
          version: event.version,
          level: event.level,
          ruleDefault: event.ruleDefault,
          fields: event.fields.map(([field, inType, outType]) => [
            field,
            outType === "PID" ? "pid" : TYPES[inType],
          ]),
        }));
      assert.deepEqual(
        eventsOf(version).map((event) => ({
          ...event,
          fields: event.fields.map((field) => [field.name, field.type]),
        })),
        expectedEvents,
        name,
      );
      assert.deepEqual(
        optionsOf(version).map((option) => [
          option.name,
          option.switch,
          option.argument,
          option.rule ?? false,
          option.commandLineOnly ?? false,
          option.exclusive ?? false,
          option.internal ? null : option.element?.name ?? null,
          option.internal ? null : option.element?.content ?? null,
        ]).sort(),
        expected.options.map((key) => pools.options[key]).map((option) => {
          const internal =
            /^(ServiceArchiveDirectory|InternalRepresentation|OutputRules|TraceEvents)$/
              .test(option.name);
          return [
            option.name,
            option.switch,
            option.argument,
            option.rule,
            option.commandLineOnly,
            option.exclusive,
            internal ? null : option.configElement,
            internal ? null : option.configContent,
          ];
        }).sort(),
        `options of ${name}`,
      );
    }
  },
});

Deno.test("both meanings of 4.90 are there", () => {
  const ids = (name: string) =>
    eventsOf(SCHEMA_VERSIONS.find((v) => v.name === name)!).map((event) => event.id);
  assert.ok(ids("linux-4.90").includes(100));
  assert.ok(!ids("linux-4.90").includes(29));
  assert.ok(ids("windows-4.90").includes(29));
  assert.ok(!ids("windows-4.90").includes(100));
});
