/**
 * Sysmon's events in the Open Cybersecurity Schema Framework. Names are those of the schema's
 * published classes and objects.
 */
import type { Constants, EventMapping, FieldTable } from "./table.ts";

/** The schema's version, as every event names it. */
export const OCSF_VERSION = "1.8.0";

/** A program: its path and what Windows' version resources say about it. */
const programIn = (file: string): FieldTable => ({
  ImageLoaded: `${file}.path ${file}.name:name`,
  FileVersion: `${file}.version`,
  Description: `${file}.desc`,
  Product: `${file}.product.name`,
  Company: `${file}.company_name`,
  OriginalFileName: `${file}.internal_name`,
  Hashes: `${file}.hashes:fingerprints`,
});

const processAt = (process: string, prefix = ""): FieldTable => ({
  [`${prefix}ProcessGuid`]: `${process}.uid`,
  [`${prefix}ProcessGUID`]: `${process}.uid`,
  [`${prefix}ProcessId`]: `${process}.pid:number`,
  [`${prefix}ThreadId`]: `${process}.tid:number`,
  [`${prefix}Image`]: `${process}.path ${process}.name:name`,
  [`${prefix}User`]: `${process}.user.name:account ${process}.user.domain:domain`,
  [`${prefix}CommandLine`]: `${process}.cmd_line`,
});

/** The one process of an event that is about a process. */
const SELF: FieldTable = {
  ProcessGuid: "process.uid actor.process.uid",
  ProcessId: "process.pid:number actor.process.pid:number",
  Image: "process.path process.name:name actor.process.path actor.process.name:name",
  User: "actor.user.name:account actor.user.domain:domain process.user.name:account",
};

/** Fields that mean the same in all events. */
export const OCSF_FIELDS: FieldTable = {
  ...processAt("actor.process"),
  ...processAt("actor.process", "Source"),
  ...processAt("process", "Target"),
  RuleName: "metadata.labels:list attacks:attacks",
  UtcTime: "metadata.original_time",
  User: "actor.user.name:account actor.user.domain:domain",
  SourceUser: "actor.user.name:account actor.user.domain:domain",
  TargetFilename: "file.path file.name:name file.parent_folder:directory file.ext:extension",
  CreationUtcTime: "file.created_time:milliseconds",
  Hashes: "file.hashes:fingerprints",
  Hash: "file.hashes:fingerprints",
  Protocol: "connection_info.protocol_name",
  Initiated: "connection_info.direction_id:directionId",
  SourceIsIpv6: "connection_info.protocol_ver_id:ipVersionId",
  SourceIp: "src_endpoint.ip:ip",
  SourceHostname: "src_endpoint.hostname",
  SourcePort: "src_endpoint.port:port",
  SourcePortName: "src_endpoint.svc_name",
  DestinationIp: "dst_endpoint.ip:ip",
  DestinationHostname: "dst_endpoint.hostname",
  DestinationPort: "dst_endpoint.port:port",
  DestinationPortName: "dst_endpoint.svc_name",
  QueryName: "query.hostname",
  QueryStatus: "rcode_id:responseCodeId",
  QueryResults: "answers:answers",
};

/** Constants of a class: its ids, and those that follow from them. */
function kind(class_uid: number, activity_id: number): Constants {
  return { class_uid, activity_id, type_uid: class_uid * 100 + activity_id };
}

const PROCESS_ACTIVITY = 1007;
const FILE_ACTIVITY = 1001;
const REGISTRY_KEY = 201001;
const REGISTRY_VALUE = 201002;
const ENTITY_MANAGEMENT = 3004;
const LIFECYCLE = 6002;
const OTHER = 99;

const fileKind = (activity: number, type: number): Constants => ({
  ...kind(FILE_ACTIVITY, activity),
  "file.type_id": type,
});
const PIPE: FieldTable = { PipeName: "file.path:pipePath file.name:pipeName" };
const UNKNOWN_FILE = 0;
const BLOCK_DEVICE = 4;
const NAMED_PIPE = 6;
const EXECUTABLE = 8;

const BLOCKED: Constants = { action_id: 2, disposition_id: 2 };

const wmi = (type: string, fields: FieldTable): EventMapping => ({
  constants: {
    ...kind(ENTITY_MANAGEMENT, OTHER),
    "activity_name": "WMI",
    "entity.type_id": OTHER,
    "entity.type": type,
  },
  choice: {
    field: "Operation",
    constants: {
      Created: { ...kind(ENTITY_MANAGEMENT, 1), activity_name: "Create" },
      Modified: { ...kind(ENTITY_MANAGEMENT, 3), activity_name: "Update" },
      Deleted: { ...kind(ENTITY_MANAGEMENT, 4), activity_name: "Delete" },
    },
  },
  fields,
});

/** By event id. */
export const OCSF_EVENTS: Readonly<Record<number, EventMapping>> = {
  1: {
    constants: { ...kind(PROCESS_ACTIVITY, 1), "process.file.type_id": EXECUTABLE },
    fields: {
      ...programIn("process.file"),
      ...processAt("process"),
      ...processAt("actor.process", "Parent"),
      Image: "process.path process.name:name process.file.path process.file.name:name",
      ParentUser: "actor.user.name:account actor.user.domain:domain",
      CurrentDirectory: "process.working_directory",
      IntegrityLevel: "process.integrity",
      LogonId: "process.session.uid",
    },
  },
  2: { constants: fileKind(6, UNKNOWN_FILE) },
  3: { constants: { ...kind(4001, 1), "connection_info.direction_id": 0 } },
  4: {
    constants: kind(LIFECYCLE, OTHER),
    choice: {
      field: "State",
      constants: { Started: kind(LIFECYCLE, 3), Stopped: kind(LIFECYCLE, 4) },
    },
    fields: { Version: "app.version" },
  },
  5: { constants: kind(PROCESS_ACTIVITY, 2), fields: SELF },
  6: {
    // The schema wants an actor; the event names none.
    constants: {
      ...kind(1002, 1),
      "driver.file.type_id": EXECUTABLE,
      "actor.app_name": "kernel",
      "driver.file.signature.algorithm_id": 0,
    },
    fields: {
      ...programIn("driver.file"),
      SignatureStatus: "driver.file.signature.state",
    },
  },
  7: {
    constants: {
      ...kind(1005, 1),
      "module.load_type_id": 1,
      "module.file.type_id": EXECUTABLE,
      "module.file.signature.algorithm_id": 0,
    },
    fields: {
      ...programIn("module.file"),
      SignatureStatus: "module.file.signature.state",
    },
  },
  8: {
    constants: { ...kind(PROCESS_ACTIVITY, 4), injection_type_id: 1 },
    fields: {
      NewThreadId: "process.tid:number",
      StartFunction: "module.function_name",
    },
  },
  9: {
    constants: fileKind(2, BLOCK_DEVICE),
    fields: { Device: "file.path file.name:name" },
  },
  10: {
    constants: kind(PROCESS_ACTIVITY, 3),
    fields: { GrantedAccess: "actual_permissions:hexadecimal" },
  },
  11: { constants: fileKind(1, UNKNOWN_FILE) },
  12: {
    constants: kind(REGISTRY_KEY, OTHER),
    choice: {
      field: "EventType",
      constants: { CreateKey: kind(REGISTRY_KEY, 1), DeleteKey: kind(REGISTRY_KEY, 4) },
    },
    fields: { TargetObject: "reg_key.path" },
  },
  13: {
    constants: kind(REGISTRY_VALUE, 2),
    fields: {
      TargetObject: "reg_value.path reg_value.name:name",
      Details: "reg_value.data",
    },
  },
  14: {
    constants: kind(REGISTRY_KEY, 5),
    fields: { TargetObject: "prev_reg_key.path", NewName: "reg_key.path" },
  },
  15: { constants: fileKind(1, UNKNOWN_FILE) },
  16: { constants: kind(LIFECYCLE, 8) },
  17: { constants: fileKind(1, NAMED_PIPE), fields: PIPE },
  18: { constants: fileKind(14, NAMED_PIPE), fields: PIPE },
  19: wmi("WMI event filter", { Name: "entity.name", Query: "entity.data" }),
  20: wmi("WMI event consumer", { Name: "entity.name", Destination: "entity.data" }),
  21: wmi("WMI event binding", { Consumer: "entity.name", Filter: "entity.data" }),
  22: { constants: kind(4003, 6) },
  23: { constants: fileKind(4, UNKNOWN_FILE) },
  24: {
    constants: { ...kind(0, OTHER), activity_name: "Clipboard change" },
    fields: { Hashes: "" },
  },
  25: {
    constants: { ...kind(PROCESS_ACTIVITY, OTHER), activity_name: "Tamper" },
    fields: SELF,
  },
  26: { constants: fileKind(4, UNKNOWN_FILE) },
  27: { constants: { ...fileKind(1, EXECUTABLE), ...BLOCKED } },
  28: { constants: { ...fileKind(4, UNKNOWN_FILE), ...BLOCKED } },
  29: { constants: fileKind(1, EXECUTABLE) },
  100: {
    constants: { ...kind(1003, 1), "kernel.type_id": OTHER, "kernel.name": "eBPF program" },
    fields: {
      BpfProgramName: "kernel.name",
      BpfProgramType: "kernel.type",
      BpfCommand: "kernel.system_call",
    },
  },
  255: {
    constants: { ...kind(6008, 1), severity_id: 2 },
    fields: { ID: "status_code", Description: "message" },
  },
};
