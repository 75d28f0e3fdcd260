/**
 * Records of Windows' own logs that tell what an event of Sysmon tells: audit of processes and
 * connections (channel Security), permanent WMI subscriptions (WMI-Activity/Operational).
 *
 * Fields as Microsoft documents them under "Audit Process Creation", "Audit Process Termination",
 * "Audit Filtering Platform Connection", and as the provider's manifest names them.
 */
import { type FieldValue, MISSING } from "../../events/event.ts";
import { utcTime } from "../../events/clock.ts";
import { integrityLevel } from "../../events/windows/accounts.ts";
import { parseTime } from "./field_values.ts";
import type { RawRecord } from "./raw_record.ts";

/** Which event, and its fields; those left out hold `-`. */
export interface Translated {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly time: number | undefined;
  readonly fields: Readonly<Record<string, FieldValue>>;
}

/** Text of one of the record's fields, empty where it has none. */
type Field = (name: string) => string;
type Told = Omit<Translated, "time">;
type Translation = (field: Field) => Told;

const OUTBOUND = "%%14593";
const INBOUND = "%%14592";
const PROTOCOLS: Readonly<Record<string, string>> = { "6": "tcp", "17": "udp" };
const NO_LOGON = "0x0";

const SECURITY: ReadonlyMap<number, Translation> = new Map([
  [4688, processCreated],
  [4689, processEnded],
  [5156, connectionAllowed],
]);

/** Others of this provider tell of providers and of subscriptions that end with their process. */
const WMI_ACTIVITY: ReadonlyMap<number, Translation> = new Map([
  [5859, filterStarted],
  [5861, consumerBound],
]);

const PROVIDERS: ReadonlyMap<string, ReadonlyMap<number, Translation>> = new Map([
  ["Microsoft-Windows-Security-Auditing", SECURITY],
  ["Microsoft-Windows-WMI-Activity", WMI_ACTIVITY],
]);

/** The event of Sysmon that the record stands for, if any. */
export function translate(record: RawRecord): Translated | undefined {
  const translation = PROVIDERS.get(record.provider ?? "")?.get(Number(record.id));
  if (translation === undefined) return undefined;
  const texts = new Map(textsOf(record));
  const { id, fields } = translation((name) => texts.get(name) ?? "");
  const time = parseTime(record.time);
  return { id, time, fields: { UtcTime: time === undefined ? MISSING : utcTime(time), ...fields } };
}

/** Names of the fields that translations fill, by event id. */
export function translatedFields(): ReadonlyMap<number, readonly string[]> {
  const translations = [...PROVIDERS.values()].flatMap((ofProvider) => [...ofProvider.values()]);
  return new Map(translations.map((translation) => {
    const { id, fields } = translation(() => "");
    return [id, Object.keys(fields)];
  }));
}

function* textsOf({ fields }: RawRecord): Generator<[string, string]> {
  if ("names" in fields) {
    for (const [i, name] of fields.names.entries()) yield [name, fields.values[i]];
    return;
  }
  for (const [name, value] of fields) yield [name, String(value ?? "")];
}

/** The account is the new process's where the record has it (2.0), else its creator's. */
function processCreated(field: Field): Told {
  const creator = account(field, "Subject");
  const isOther = account(field, "Target") !== MISSING;
  const logon = field("TargetLogonId");
  return {
    id: 1,
    fields: {
      ProcessId: number(field("NewProcessId")),
      Image: text(field("NewProcessName")),
      CommandLine: text(field("CommandLine").replaceAll("%", "%%")),
      User: isOther ? account(field, "Target") : creator,
      LogonId: text(logon === "" || logon === NO_LOGON ? field("SubjectLogonId") : logon),
      IntegrityLevel: integrityLevel(field("MandatoryLabel")),
      ParentProcessId: number(field("ProcessId")),
      ParentImage: text(field("ParentProcessName")),
      ParentUser: creator,
    },
  };
}

function processEnded(field: Field): Told {
  return {
    id: 5,
    fields: {
      ProcessId: number(field("ProcessId")),
      Image: text(field("ProcessName")),
      User: account(field, "Subject"),
    },
  };
}

/** Which end is called source, the record decides. */
function connectionAllowed(field: Field): Told {
  const [source, destination] = [field("SourceAddress"), field("DestAddress")];
  const direction = field("Direction");
  const protocol = field("Protocol");
  return {
    id: 3,
    fields: {
      ProcessId: number(field("ProcessID")),
      Image: text(field("Application")),
      Protocol: text(PROTOCOLS[protocol] ?? protocol),
      Initiated: direction === OUTBOUND ? true : direction === INBOUND ? false : MISSING,
      SourceIsIpv6: source.includes(":"),
      SourceIp: text(source),
      SourcePort: number(field("SourcePort")),
      DestinationIsIpv6: destination.includes(":"),
      DestinationIp: text(destination),
      DestinationPort: number(field("DestPort")),
    },
  };
}

/** Written when the filter is made, and again whenever the service starts. */
function filterStarted(field: Field): Told {
  return {
    id: 19,
    fields: {
      EventType: "WmiFilterEvent",
      User: text(field("User")),
      EventNamespace: text(field("NamespaceName")),
      Query: text(field("Query")),
    },
  };
}

function consumerBound(field: Field): Told {
  return {
    id: 21,
    fields: {
      EventType: "WmiBindingEvent",
      Consumer: text(field("CONSUMER")),
      Filter: text(field("ESS")),
    },
  };
}

function account(field: Field, whose: "Subject" | "Target"): string {
  const name = text(field(`${whose}UserName`));
  const domain = text(field(`${whose}DomainName`));
  return name === MISSING || domain === MISSING ? name : `${domain}\\${name}`;
}

function text(value: string): string {
  return value === "" ? MISSING : value;
}

/** Numbers of processes are hexadecimal in some of the records. */
function number(value: string): FieldValue {
  const isNumber = /^(?:0x[\da-f]{1,8}|\d{1,10})$/i.test(value);
  return isNumber ? Number(value) : text(value);
}
