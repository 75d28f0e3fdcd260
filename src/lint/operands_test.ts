/** Operands said to match never or always do so on random events with texts as 5.3 describes them. */
import assert from "node:assert/strict";
import type { Condition, Config, HashAlgorithm } from "../config/model.ts";
import { SourceText } from "../config/source.ts";
import { interpret } from "../rules/interpret.ts";
import type { Event, FieldValue } from "../events/event.ts";
import { eventById } from "../schema/events.ts";
import { OPERATORS } from "../schema/options.ts";
import { lint } from "./mod.ts";
import { Random } from "../testing/random.ts";

const CONDITIONS = 25_000;
const TEXTS = 25;
const ALGORITHMS: readonly HashAlgorithm[] = ["SHA1", "MD5", "SHA256", "IMPHASH"];
const DIGITS = { SHA1: 40, MD5: 32, SHA256: 64, IMPHASH: 32 };

function digits(random: Random, alphabet: string, length: number): string {
  return Array.from({ length }, () => random.of([...alphabet])).join("");
}

function hexadecimal(random: Random): string {
  return `0x${random.below(random.of([1, 16, 4096, 2_097_152])).toString(16)}`;
}

type Generate = (random: Random, algorithms: readonly HashAlgorithm[]) => FieldValue;

const HEX = "0123456789abcdef";
const GUID: Generate = (random) =>
  `{${[8, 4, 4, 4, 12].map((n) => digits(random, HEX.toUpperCase(), n)).join("-")}}`;
const ADDRESS: Generate = (random) =>
  random.chance(50)
    ? Array.from({ length: 4 }, () => random.below(random.of([2, 256]))).join(".")
    : Array.from({ length: 8 }, () => random.below(random.of([1, 65_536])).toString(16)).join(":");

/** Events and fields with texts that they can hold. */
const FIELDS: readonly (readonly [id: number, field: string, generate: Generate])[] = [
  [3, "DestinationPort", (random) => random.below(random.of([100, 65_536]))],
  [3, "Initiated", (random) => random.chance(50)],
  [3, "Protocol", (random) => random.of(["tcp", "udp"])],
  [3, "DestinationIp", ADDRESS],
  [10, "GrantedAccess", hexadecimal],
  [1, "ProcessGuid", GUID],
  [1, "ProcessId", (random) => random.below(random.of([100, 4_194_304]))],
  [1, "LogonId", (random) => random.chance(50) ? hexadecimal(random) : `${random.below(65_536)}`],
  [1, "UtcTime", (random) => {
    const day = `20${digits(random, "0123", 2)}-0${digits(random, "123", 1)}-1`;
    return `${day}${digits(random, "0123", 1)} 12:34:56.${digits(random, "0123456789", 3)}`;
  }],
  [
    1,
    "Hashes",
    (random, algorithms) =>
      algorithms.map((name) => `${name}=${digits(random, HEX, DIGITS[name])}`).join(","),
  ],
  [
    1,
    "Image",
    (random) =>
      random.of(["C:\\Windows\\", "/usr/bin/", "\\\\?\\C:\\"]) + random.of(["a.exe", "b", "x.dll"]),
  ],
  [1, "RuleName", () => "-"],
  [13, "EventType", () => "SetValue"],
  [13, "TargetObject", (random) => random.of(["HKLM\\", "HKU\\S-1-5\\"]) + digits(random, HEX, 2)],
  [17, "EventType", () => "CreatePipe"],
  [20, "EventType", () => "WmiConsumerEvent"],
  [7, "Signed", (random) => random.of(["true", "false"])],
];

const ODD = [
  "",
  "0",
  "00",
  "0x",
  ":",
  "::",
  ".",
  "-",
  "{",
  "}",
  " ",
  "yes",
  "tcp",
  "SHA1=",
  "true",
];

function operand(random: Random, text: string): string {
  const piece = (from: string) => {
    const start = random.below(from.length + 1);
    return from.slice(start, start + 1 + random.below(from.length));
  };
  switch (random.below(6)) {
    case 0:
      return text;
    case 1:
      return piece(text);
    case 2:
      return random.of(ODD) + piece(text);
    case 3:
      return piece(text) + random.of(ODD);
    case 4:
      return `${piece(text)};${random.of(ODD)}`;
    default:
      return random.of(ODD);
  }
}

Deno.test("operands said to match never or always do, on texts that fields can hold", () => {
  const claims: Record<string, number> = {};
  for (let seed = 0; seed < CONDITIONS; seed++) {
    const random = new Random(seed);
    const [id, field, generate] = random.of(FIELDS);
    const definition = eventById(id)!;
    const algorithms = ALGORITHMS.filter(() => random.chance(60));
    if (algorithms.length === 0) algorithms.push("MD5");
    const sample = () => generate(random, algorithms);
    const origin = sample();
    const condition: Condition = {
      kind: "condition",
      field,
      fieldIndex: definition.fieldIndex.get(field)!,
      operator: random.of(OPERATORS),
      value: operand(random, String(origin)),
      name: undefined,
      offset: 0,
      valueOffset: 0,
    };
    const config = {
      source: new SourceText("random", ""),
      schemaVersion: 490,
      options: {
        entries: [{ name: "HashAlgorithms", text: "", offset: 0 }],
        hashAlgorithms: new Set(algorithms),
      } as unknown as Config["options"],
      elements: [{
        tag: definition.tag!,
        eventId: id,
        onmatch: "include",
        combination: "or",
        groupName: undefined,
        items: [condition],
        offset: 0,
      }],
    } satisfies Config;
    for (const { code, message } of lint(config)) {
      const claim = /\b(never|always) matche?s\b/.exec(message)?.[1];
      if (claim === undefined || code === "MON105") continue;
      claims[`${code} ${claim}`] = (claims[`${code} ${claim}`] ?? 0) + 1;
      for (let i = 0; i < TEXTS; i++) {
        const values = definition.fields.map(() => "-" as FieldValue);
        // The operand is made of the first text, so that it is the likeliest to prove a claim wrong.
        values[condition.fieldIndex] = i === 0 ? origin : sample();
        const event: Event = { definition, values, time: 0, recordId: 0 };
        assert.equal(
          interpret(config, event) !== undefined,
          claim === "always",
          `seed ${seed}: ${message}: ${JSON.stringify([condition, values[condition.fieldIndex]])}`,
        );
      }
    }
  }
  for (
    const claim of ["112 never", "113 always", "114 never", "114 always", "120 never", "121 never"]
  ) {
    assert.ok((claims[`MON${claim}`] ?? 0) > 20, `${claim}: ${claims[`MON${claim}`]}`);
  }
});
