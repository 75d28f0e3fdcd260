/**
 * From Sysmon's values to those of other schemas. Each gives JSON text, or nothing when the value is
 * not what the target's type can hold: a receiver would refuse the whole event for it.
 */
import { isIP } from "node:net";
import { type FieldValue, MISSING } from "../../events/event.ts";
import { escapeJson } from "../json_text.ts";

/** Makes JSON text of a value that is there; `""` when it cannot. */
export type Convert = (value: FieldValue, system: "linux" | "windows") => string;

/** One way to write a value. */
export interface Conversion {
  /** Whether the value can be had back from what is written. */
  readonly whole: boolean;
  readonly convert: Convert;
  /** For the documentation: what it does; nothing where the path says it. */
  readonly note?: string;
}

/** A JSON string. */
export function quoted(value: FieldValue): string {
  return `"${escapeJson(String(value))}"`;
}

/** A value's JSON through one conversion; `""` for a field without data. */
export function converted(
  { convert }: Conversion,
  system: "linux" | "windows",
): (value: FieldValue | undefined) => string {
  return (value) => value === undefined || value === MISSING ? "" : convert(value, system);
}

const DIGITS = /^(?:0|[1-9]\d{0,14})$/;
const SYSMON_TIME = /^(\d{4})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d\.\d{3})$/;
const HASH = /^([A-Z0-9]+)=([0-9A-Fa-f]+)$/;
const TECHNIQUE = /(?:^|,)technique_id=(T\d{4}(?:\.\d{3})?)(?=,|$)/g;

/** Names of hashes in ECS. */
const HASH_NAMES: Readonly<Record<string, string>> = {
  MD5: "md5",
  SHA1: "sha1",
  SHA256: "sha256",
};

/** OCSF's `algorithm_id` and caption. */
const FINGERPRINTS: Readonly<Record<string, readonly [number, string]>> = {
  MD5: [1, "MD5"],
  SHA1: [2, "SHA-1"],
  SHA256: [3, "SHA-256"],
  IMPHASH: [18, "Imphash"],
};
const OTHER_FINGERPRINT = 99;

/** Windows' status codes of DNS queries: name of the response code and its number. */
const RESPONSE_CODES: Readonly<Record<string, readonly [string, number]>> = {
  "0": ["NOERROR", 0],
  "9001": ["FORMERR", 1],
  "9002": ["SERVFAIL", 2],
  "9003": ["NXDOMAIN", 3],
  "9004": ["NOTIMP", 4],
  "9005": ["REFUSED", 5],
};

const lossy = (note: string, convert: Convert): Conversion => ({ whole: false, convert, note });
const whole = (convert: Convert, note?: string): Conversion => ({ whole: true, convert, note });

/** Every conversion that the tables name. */
export const CONVERSIONS = {
  text: whole(quoted),
  number: whole((value) => DIGITS.test(String(value)) ? String(value) : ""),
  port: whole((value) =>
    DIGITS.test(String(value)) && Number(value) <= 0xffff ? String(value) : ""
  ),
  boolean: whole((value) => /^(?:true|false)$/.test(String(value)) ? String(value) : ""),
  hexadecimal: whole((value) => {
    const number = /^0x[0-9A-Fa-f]{1,8}$/.test(String(value)) ? Number(value) : NaN;
    return `0x${number.toString(16)}` === String(value).toLowerCase() ? String(number) : "";
  }, "as a decimal number"),
  ip: whole((value) => isIP(String(value)) === 0 || /%/.test(String(value)) ? "" : quoted(value)),
  time: whole((value) => {
    const milliseconds = millisecondsOf(value);
    return Number.isNaN(milliseconds) ? "" : `"${String(value).replace(" ", "T")}Z"`;
  }),
  milliseconds: whole((value) => {
    const milliseconds = millisecondsOf(value);
    return Number.isNaN(milliseconds) ? "" : String(milliseconds);
  }, "as milliseconds since 1970"),
  list: whole((value) => `[${quoted(value)}]`, "as a list of one"),
  name: lossy("the part behind the last separator", (value, system) => {
    const path = String(value);
    return quoted(path.slice(lastSeparator(path, system) + 1) || path);
  }),
  pipePath: whole(
    (value, system) => isPathOfPipe(value, system) ? quoted(value) : "",
    "Linux' paths",
  ),
  // Where it is a path, pipePath has all of it.
  pipeName: whole(
    (value, system) =>
      isPathOfPipe(value, system)
        ? quoted(String(value).slice(String(value).lastIndexOf("/") + 1) || value)
        : quoted(value),
    "of a path the part behind the last separator",
  ),
  directory: lossy("the part before the last separator", (value, system) => {
    const path = String(value);
    const end = lastSeparator(path, system);
    return end < 0 ? "" : quoted(path.slice(0, Math.max(end, 1)));
  }),
  extension: lossy("the part behind the name's last dot", (value, system) => {
    const path = String(value);
    const name = path.slice(lastSeparator(path, system) + 1);
    const dot = name.lastIndexOf(".");
    return dot < 1 || dot === name.length - 1 ? "" : quoted(name.slice(dot + 1));
  }),
  account: whole(
    (value, system) => quoted(system === "linux" ? value : String(value).replace(/^[^\\]*\\/, "")),
    "without the domain",
  ),
  domain: lossy("the part before the backslash, Windows only", (value, system) => {
    const end = system === "linux" ? -1 : String(value).indexOf("\\");
    return end < 1 ? "" : quoted(String(value).slice(0, end));
  }),
  hashes: whole((value) => {
    const hashes = hashesOf(value);
    if (!hashes.every(([name]) => name in HASH_NAMES || name === "IMPHASH")) return "";
    const known = hashes.filter(([name]) => name in HASH_NAMES);
    return hashes.length === 0
      ? ""
      : `{${known.map(([name, hash]) => `"${HASH_NAMES[name]}":"${hash}"`).join()}}`;
  }, "md5, sha1, sha256"),
  imphash: lossy("IMPHASH", (value) => {
    const found = hashesOf(value).find(([name]) => name === "IMPHASH");
    return found === undefined ? "" : `"${found[1]}"`;
  }),
  fingerprints: whole((value) => {
    const hashes = hashesOf(value).map(([name, hash]) => {
      const [id, caption] = FINGERPRINTS[name] ?? [OTHER_FINGERPRINT, name];
      return `{"algorithm_id":${id},"algorithm":"${caption}","value":"${hash}"}`;
    });
    return hashes.length === 0 ? "" : `[${hashes.join()}]`;
  }, "one object a hash"),
  direction: whole(
    (value) => value === true ? '"egress"' : value === false ? '"ingress"' : "",
    "egress or ingress",
  ),
  directionId: whole(
    (value) => value === true ? "2" : value === false ? "1" : "",
    "2 outbound, 1 inbound",
  ),
  ipVersion: whole(
    (value) => value === true ? '"ipv6"' : value === false ? '"ipv4"' : "",
    "ipv6 or ipv4",
  ),
  ipVersionId: whole((value) => value === true ? "6" : value === false ? "4" : "", "6 or 4"),
  responseCode: whole((value) => {
    const code = RESPONSE_CODES[String(value)];
    return code === undefined ? "" : `"${code[0]}"`;
  }, "0, 9001 … 9005 as names"),
  responseCodeId: whole(
    (value) => String(RESPONSE_CODES[String(value)]?.[1] ?? ""),
    "0, 9001 … 9005 as the protocol's numbers",
  ),
  addresses: lossy("the addresses among them", (value) => {
    const addresses = addressesIn(value);
    return addresses.length === 0 ? "" : `[${addresses.map(quoted).join()}]`;
  }),
  answers: whole((value) => {
    const answers = String(value).split(";").filter((part) => part !== "");
    return answers.length === 0
      ? ""
      : `[${answers.map((answer) => `{"rdata":${quoted(answer)}}`).join()}]`;
  }, "one object an answer"),
  techniques: lossy("ids of ATT&CK techniques", (value) => {
    const techniques = techniquesIn(value);
    return techniques.length === 0 ? "" : `[${techniques.map((id) => `"${id}"`).join()}]`;
  }),
  attacks: lossy("ids of ATT&CK techniques", (value) => {
    const techniques = techniquesIn(value);
    return techniques.length === 0
      ? ""
      : `[${techniques.map((id) => `{"technique":{"uid":"${id}"}}`).join()}]`;
  }),
  hive: lossy("HKLM, HKU …", (value) => {
    const hive = /^HK[A-Z]{1,3}(?=\\|$)/.exec(String(value));
    return hive === null ? "" : quoted(hive[0]);
  }),
  key: lossy("the part behind the hive", (value) => {
    const rest = /^HK[A-Z]{1,3}\\(.+)$/s.exec(String(value));
    return rest === null ? "" : quoted(rest[1]);
  }),
} as const satisfies Readonly<Record<string, Conversion>>;

/** Name of a conversion. */
export type ConversionName = keyof typeof CONVERSIONS;

/** Sysmon's UTC time (`2024-11-22 15:00:00.123`) in milliseconds since 1970; NaN if it is none. */
function millisecondsOf(value: FieldValue): number {
  const parts = SYSMON_TIME.exec(String(value));
  if (parts === null) return NaN;
  const milliseconds = Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}Z`);
  // A parser may take the 31st of a month that has 30 days for the 1st of the next.
  return new Date(milliseconds).getUTCDate() === Number(parts[3]) ? milliseconds : NaN;
}

/** Abstract sockets and Windows' pipes have names, but no path in a file system. */
function isPathOfPipe(value: FieldValue, system: "linux" | "windows"): boolean {
  return system === "linux" && String(value).startsWith("/");
}

function lastSeparator(path: string, system: "linux" | "windows"): number {
  const slash = path.lastIndexOf("/");
  return system === "linux" ? slash : Math.max(slash, path.lastIndexOf("\\"));
}

/** `MD5=…,SHA256=…`, or a lone hash's like; empty unless all of it is in that form. */
function hashesOf(value: FieldValue): [string, string][] {
  const hashes: [string, string][] = [];
  for (const part of String(value).split(",")) {
    const match = HASH.exec(part);
    if (match === null) return [];
    hashes.push([match[1], match[2]]);
  }
  return hashes;
}

function addressesIn(value: FieldValue): string[] {
  return String(value).split(";").map((part) => part.replace(/^::ffff:(?=\d+\.)/, ""))
    .filter((part) => isIP(part) !== 0 && !part.includes("%"));
}

function techniquesIn(value: FieldValue): string[] {
  const text = String(value);
  if (!text.includes("technique_id=")) return [];
  return [...text.matchAll(TECHNIQUE)].map(([, id]) => id);
}
