/**
 * Sysmon's events in the Elastic Common Schema. Names and categories are those of the schema's
 * published field list; where Elastic's own pipelines for Sysmon agree with it, so does this table.
 */
import type { EventMapping, FieldTable } from "./table.ts";

/** The schema's version, as every event names it. */
export const ECS_VERSION = "9.4.0";

const FILE = "file.path file.name:name file.directory:directory file.extension:extension";
const FILE_HASHES = "file.hash:hashes file.pe.imphash:imphash";
const REGISTRY_KEY = "registry.path registry.hive:hive registry.key:key";

/** Fields that mean the same in all events. */
export const ECS_FIELDS: FieldTable = {
  RuleName: "rule.name threat.technique.id:techniques",
  UtcTime: "@timestamp:time",
  ProcessGuid: "process.entity_id",
  ProcessId: "process.pid:number",
  Image: "process.executable process.name:name",
  CommandLine: "process.command_line",
  CurrentDirectory: "process.working_directory",
  User: "user.name:account user.domain:domain",
  ParentProcessGuid: "process.parent.entity_id",
  ParentProcessId: "process.parent.pid:number",
  ParentImage: "process.parent.executable process.parent.name:name",
  ParentCommandLine: "process.parent.command_line",
  ParentUser: "process.parent.user.name",
  FileVersion: "process.pe.file_version",
  Description: "process.pe.description",
  Product: "process.pe.product",
  Company: "process.pe.company",
  OriginalFileName: "process.pe.original_file_name",
  Hashes: "process.hash:hashes process.pe.imphash:imphash",
  TargetFilename: FILE,
  CreationUtcTime: "file.created:time",
  SourceProcessGuid: "process.entity_id",
  SourceProcessGUID: "process.entity_id",
  SourceProcessId: "process.pid:number",
  SourceThreadId: "process.thread.id:number",
  SourceImage: "process.executable process.name:name",
  SourceUser: "user.name:account user.domain:domain",
  Protocol: "network.transport",
  Initiated: "network.direction:direction",
  SourceIsIpv6: "network.type:ipVersion",
  SourceIp: "source.ip:ip",
  SourceHostname: "source.domain",
  SourcePort: "source.port:port",
  DestinationIp: "destination.ip:ip",
  DestinationHostname: "destination.domain",
  DestinationPort: "destination.port:port",
  DestinationPortName: "network.protocol",
  TargetObject: REGISTRY_KEY,
  PipeName: "file.path:pipePath file.name:pipeName",
  QueryName: "dns.question.name",
  QueryStatus: "dns.response_code:responseCode",
  QueryResults: "dns.resolved_ip:addresses",
};

const IN_FILE = { Hashes: FILE_HASHES, Hash: FILE_HASHES };
const REGISTRY = ["configuration", "registry"];

function kinds(category: string | readonly string[], type: string | readonly string[]) {
  return {
    "event.category": typeof category === "string" ? [category] : category,
    "event.type": typeof type === "string" ? [type] : type,
  };
}

const WMI: EventMapping = {
  constants: kinds("configuration", "change"),
  choice: {
    field: "Operation",
    constants: {
      Created: { "event.type": ["creation"] },
      Modified: { "event.type": ["change"] },
      Deleted: { "event.type": ["deletion"] },
    },
  },
};

/** By event id. */
export const ECS_EVENTS: Readonly<Record<number, EventMapping>> = {
  1: { constants: kinds("process", "start") },
  2: { constants: kinds("file", "change") },
  3: { constants: kinds("network", ["connection", "start"]) },
  4: {
    constants: kinds("process", "info"),
    choice: {
      field: "State",
      constants: { Started: { "event.type": ["start"] }, Stopped: { "event.type": ["end"] } },
    },
    fields: { Version: "agent.version" },
  },
  5: { constants: kinds("process", "end") },
  6: {
    constants: kinds("driver", "start"),
    fields: {
      ImageLoaded: FILE,
      Hashes: FILE_HASHES,
      Signed: "file.code_signature.exists:boolean",
      Signature: "file.code_signature.subject_name",
      SignatureStatus: "file.code_signature.status",
    },
  },
  7: {
    constants: kinds("library", "start"),
    fields: {
      ImageLoaded: "dll.path dll.name:name",
      FileVersion: "dll.pe.file_version",
      Description: "dll.pe.description",
      Product: "dll.pe.product",
      Company: "dll.pe.company",
      OriginalFileName: "dll.pe.original_file_name",
      Hashes: "dll.hash:hashes dll.pe.imphash:imphash",
      Signed: "dll.code_signature.exists:boolean",
      Signature: "dll.code_signature.subject_name",
      SignatureStatus: "dll.code_signature.status",
    },
  },
  8: { constants: kinds("process", "change") },
  9: { constants: kinds("process", "access"), fields: { Device: "file.device" } },
  10: { constants: kinds("process", "access") },
  11: { constants: kinds("file", "creation") },
  12: {
    constants: kinds(REGISTRY, "change"),
    choice: {
      field: "EventType",
      constants: {
        CreateKey: { "event.type": ["creation"] },
        CreateValue: { "event.type": ["creation"] },
        DeleteKey: { "event.type": ["deletion"] },
        DeleteValue: { "event.type": ["deletion"] },
      },
    },
  },
  13: {
    constants: kinds(REGISTRY, "change"),
    fields: {
      TargetObject: `${REGISTRY_KEY} registry.value:name`,
      Details: "registry.data.strings:list",
    },
  },
  14: { constants: kinds(REGISTRY, "change") },
  15: { constants: kinds("file", "creation"), fields: IN_FILE },
  16: { constants: kinds("configuration", "change") },
  17: { constants: kinds("file", "creation") },
  18: { constants: kinds("file", "access") },
  19: WMI,
  20: WMI,
  21: WMI,
  22: {
    constants: {
      ...kinds("network", ["connection", "protocol", "info"]),
      "network.protocol": "dns",
    },
  },
  23: { constants: kinds("file", "deletion"), fields: IN_FILE },
  24: { constants: kinds("process", "info"), fields: { Hashes: "" } },
  25: { constants: kinds("process", "change") },
  26: { constants: kinds("file", "deletion"), fields: IN_FILE },
  27: {
    constants: kinds(["file", "intrusion_detection"], ["creation", "denied"]),
    fields: IN_FILE,
  },
  28: {
    constants: kinds(["file", "intrusion_detection"], ["change", "denied"]),
    fields: IN_FILE,
  },
  29: { constants: kinds("file", "creation"), fields: IN_FILE },
  100: { constants: kinds("driver", "start") },
  255: {
    constants: kinds("host", "info"),
    fields: { ID: "error.code", Description: "error.message" },
  },
};
