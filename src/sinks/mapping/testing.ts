/**
 * For the tests of this folder: events whose every field has a value, and looking into what became
 * of them.
 */
import type { Event, FieldValue } from "../../events/event.ts";
import type { Placement } from "../../events/placement.ts";
import { eventById, type FieldDefinition } from "../../schema/mod.ts";
import { SAMPLE_TIME } from "../sample_events.ts";

const DIGEST = "0123456789abcdef".repeat(4);

const VALUES: Readonly<Record<string, FieldValue>> = {
  RuleName: "technique_id=T1059.004,technique_name=Unix Shell",
  UtcTime: "2024-11-22 15:00:00.123",
  CreationUtcTime: "2024-11-22 14:00:00.456",
  PreviousCreationUtcTime: "2024-11-22 13:00:00.789",
  Hashes: `MD5=${DIGEST.slice(32)},SHA256=${DIGEST},IMPHASH=${DIGEST.slice(32)}`,
  Hash: `SHA1=${DIGEST.slice(24)}`,
  SourceIp: "10.0.0.5",
  DestinationIp: "2001:db8::7",
  GrantedAccess: "0x1010",
  QueryStatus: "9003",
  QueryResults: "type:  5 www.example.org;::ffff:192.0.2.1;2001:db8::1;",
  TargetObject: "HKLM\\System\\CurrentControlSet\\Services\\x\\Start",
  Image: "/usr/bin/python3.11",
  TargetFilename: "/tmp/work/archive.tar.gz",
  Signed: "true",
};

/** A process in a container. */
export const PLACEMENT: Placement = {
  container: {
    id: DIGEST,
    runtime: "containerd",
    podUid: "1d4b2f9c-52a8-4f7b-9a3e-0b1f6f0c2d11",
    group: "/kubepods/pod1d4b2f9c/x",
  },
  pid: 7,
  hostImage: "/var/lib/containerd/x/usr/bin/python3.11",
};

/** An event of one kind with a plausible value in each field but for `values`. */
export function fullEvent(id: number, values: Readonly<Record<string, FieldValue>> = {}): Event {
  const definition = eventById(id)!;
  return {
    definition,
    values: definition.fields.map((field) => values[field.name] ?? plausible(field)),
    time: SAMPLE_TIME,
    recordId: 17,
    ...(definition.fields.some(({ name }) => name.endsWith("ProcessId"))
      ? { container: PLACEMENT }
      : {}),
  };
}

function plausible({ name, type }: FieldDefinition): FieldValue {
  if (name in VALUES) return VALUES[name];
  switch (type) {
    case "uint16":
      return 443;
    case "uint32":
      return 70_000;
    case "boolean":
      return true;
    case "guid":
      return "{2424faa4-9c70-6740-e1b4-2270fe550000}";
    default:
      return `a value of ${name}`;
  }
}

/** A value of a nested object that is no object, and its dotted path. */
export type PathAndValue = readonly [path: string, value: unknown];

/** All values of a nested object; an array is one value. */
export function leavesOf(object: object, prefix = ""): PathAndValue[] {
  return Object.entries(object).flatMap(([name, value]): PathAndValue[] =>
    typeof value === "object" && !Array.isArray(value)
      ? leavesOf(value, `${prefix}${name}.`)
      : [[prefix + name, value]]
  );
}

/** Whether some text in there, however deep, is `text`. */
export function holds(value: unknown, text: string): boolean {
  return typeof value === "object" && value !== null
    ? Object.values(value).some((inner) => holds(inner, text))
    : value === text;
}
