/**
 * The event table: every event, in every schema version, with its fields.
 *
 * Everything that knows an event or a field derives from these rows. Notation: `@4.1` means "since
 * schema version 4.1", `<3.10` "gone from 3.10 on", `:uint16` the type (string when absent; `pid` is
 * a uint32 that the manifest marks as a process id). Fields stand in manifest order.
 */

/** One event as written below; `events.ts` and `history.ts` turn it into definitions. */
export interface EventRow {
  readonly id: number;
  /** Symbolic name in Sysmon's manifest. */
  readonly key: string;
  readonly name: string;
  readonly tag: string | null;
  readonly title: string;
  readonly earlierTitle?: { readonly title: string; readonly until: string };
  readonly since: string;
  /** Only schema versions of this platform have the event; absent: all. */
  readonly platform?: "linux" | "windows";
  /** Version in the event header: the oldest value, then `value@since` for each change. */
  readonly version: string;
  /** `ruledefault` as the manifest writes it, like `version`; absent: the manifest has none. */
  readonly ruleDefault?: string;
  readonly fields: string;
}

/** All public events, by id. */
export const EVENT_ROWS: readonly EventRow[] = [
  {
    id: 1,
    key: "SYSMONEVENT_CREATE_PROCESS",
    name: "ProcessCreate",
    tag: "ProcessCreate",
    title: "Process Create",
    since: "2.0",
    version: "4 5@3.10",
    ruleDefault: "include",
    fields: `
      SequenceNumber:uint64<3.10 RuleName@4.1 UtcTime ProcessGuid:guid ProcessId:pid Image
      FileVersion@4.0 Description@4.0 Product@4.0 Company@4.0 OriginalFileName@4.21 CommandLine
      CurrentDirectory User LogonGuid:guid LogonId:hexint64 TerminalSessionId:uint32
      IntegrityLevel Hashes ParentProcessGuid:guid ParentProcessId:pid ParentImage
      ParentCommandLine ParentUser@4.80`,
  },
  {
    id: 2,
    key: "SYSMONEVENT_FILE_TIME",
    name: "FileCreateTime",
    tag: "FileCreateTime",
    title: "File creation time changed",
    since: "2.0",
    version: "3 4@3.10 5@4.32",
    fields: `
      SequenceNumber:uint64<3.10 RuleName@4.1 UtcTime ProcessGuid:guid ProcessId:pid Image
      TargetFilename CreationUtcTime PreviousCreationUtcTime User@4.80`,
  },
  {
    id: 3,
    key: "SYSMONEVENT_NETWORK_CONNECT",
    name: "NetworkConnect",
    tag: "NetworkConnect",
    title: "Network connection detected",
    since: "2.0",
    version: "4 5@3.10",
    fields: `
      SequenceNumber:uint64<3.10 RuleName@4.1 UtcTime ProcessGuid:guid ProcessId:pid Image User
      Protocol Initiated:boolean SourceIsIpv6:boolean SourceIp SourceHostname SourcePort:uint16
      SourcePortName DestinationIsIpv6:boolean DestinationIp DestinationHostname
      DestinationPort:uint16 DestinationPortName`,
  },
  {
    id: 4,
    key: "SYSMONEVENT_SERVICE_STATE_CHANGE",
    name: "SysmonServiceStateChanged",
    tag: null,
    title: "Sysmon service state changed",
    since: "2.0",
    version: "2 3@3.10",
    fields: `
      SequenceNumber:uint64<3.10 UtcTime@3.10 State Version@3.2 SchemaVersion@3.2`,
  },
  {
    id: 5,
    key: "SYSMONEVENT_PROCESS_TERMINATE",
    name: "ProcessTerminate",
    tag: "ProcessTerminate",
    title: "Process terminated",
    since: "2.0",
    version: "2 3@3.10",
    ruleDefault: "include",
    fields: `
      SequenceNumber:uint64<3.10 RuleName@4.1 UtcTime ProcessGuid:guid ProcessId:pid Image
      User@4.80`,
  },
  {
    id: 6,
    key: "SYSMONEVENT_DRIVER_LOAD",
    name: "DriverLoad",
    tag: "DriverLoad",
    title: "Driver loaded",
    since: "2.0",
    version: "2 3@3.10 4@4.32",
    fields: `
      SequenceNumber:uint64<3.10 RuleName@4.1 UtcTime ImageLoaded Hashes Signed Signature@3.3
      SignatureStatus@3.2 Signature<3.3`,
  },
  {
    id: 7,
    key: "SYSMONEVENT_IMAGE_LOAD",
    name: "ImageLoad",
    tag: "ImageLoad",
    title: "Image loaded",
    since: "2.0",
    version: "2 3@3.10",
    fields: `
      SequenceNumber:uint64<3.10 RuleName@4.1 UtcTime ProcessGuid:guid ProcessId:pid Image
      ImageLoaded FileVersion@4.0 Description@4.0 Product@4.0 Company@4.0 OriginalFileName@4.21
      Hashes Signed Signature@3.3 SignatureStatus@3.2 User@4.80 Signature<3.3`,
  },
  {
    id: 8,
    key: "SYSMONEVENT_CREATE_REMOTE_THREAD",
    name: "CreateRemoteThread",
    tag: "CreateRemoteThread",
    title: "CreateRemoteThread detected",
    since: "2.0",
    version: "1 2@3.10",
    fields: `
      SequenceNumber:uint64<3.10 RuleName@4.1 UtcTime SourceProcessGuid:guid SourceProcessId:pid
      SourceImage TargetProcessGuid:guid TargetProcessId:pid TargetImage NewThreadId:uint32
      StartAddress@3.10 StartModule@3.10 StartFunction@3.10 SourceUser@4.80 TargetUser@4.80`,
  },
  {
    id: 9,
    key: "SYSMONEVENT_RAWACCESS_READ",
    name: "RawAccessRead",
    tag: "RawAccessRead",
    title: "RawAccessRead detected",
    since: "3.10",
    version: "2",
    fields: `
      RuleName@4.1 UtcTime ProcessGuid:guid ProcessId:pid Image Device User@4.80`,
  },
  {
    id: 10,
    key: "SYSMONEVENT_ACCESS_PROCESS",
    name: "ProcessAccess",
    tag: "ProcessAccess",
    title: "Process accessed",
    since: "3.10",
    version: "3",
    fields: `
      RuleName@4.1 UtcTime SourceProcessGUID:guid SourceProcessId:pid SourceThreadId:uint32
      SourceImage TargetProcessGUID:guid TargetProcessId:pid TargetImage GrantedAccess:hexint32
      CallTrace SourceUser@4.80 TargetUser@4.80`,
  },
  {
    id: 11,
    key: "SYSMONEVENT_FILE_CREATE",
    name: "FileCreate",
    tag: "FileCreate",
    title: "File created",
    since: "3.2",
    version: "2",
    ruleDefault: "include exclude@3.4",
    fields: `
      RuleName@4.1 UtcTime ProcessGuid:guid ProcessId:pid Image TargetFilename CreationUtcTime
      User@4.80`,
  },
  {
    id: 12,
    key: "SYSMONEVENT_REG_KEY",
    name: "RegistryObjectAddedOrDeleted",
    tag: "RegistryEvent",
    title: "Registry object added or deleted",
    since: "3.2",
    version: "2",
    ruleDefault: "include exclude@3.4",
    fields: `
      RuleName@4.1 EventType@3.3 UtcTime ProcessGuid:guid ProcessId:pid Image EventType<3.3
      TargetObject User@4.80`,
  },
  {
    id: 13,
    key: "SYSMONEVENT_REG_SETVALUE",
    name: "RegistryValueSet",
    tag: "RegistryEvent",
    title: "Registry value set",
    since: "3.2",
    version: "2",
    ruleDefault: "include exclude@3.4",
    fields: `
      RuleName@4.1 EventType@3.3 UtcTime ProcessGuid:guid ProcessId:pid Image EventType<3.3
      TargetObject Details User@4.80`,
  },
  {
    id: 14,
    key: "SYSMONEVENT_REG_NAME",
    name: "RegistryObjectRenamed",
    tag: "RegistryEvent",
    title: "Registry object renamed",
    since: "3.2",
    version: "2",
    ruleDefault: "include exclude@3.4",
    fields: `
      RuleName@4.1 EventType@3.3 UtcTime ProcessGuid:guid ProcessId:pid Image EventType<3.3
      TargetObject NewName User@4.80`,
  },
  {
    id: 15,
    key: "SYSMONEVENT_FILE_CREATE_STREAM_HASH",
    name: "FileCreateStreamHash",
    tag: "FileCreateStreamHash",
    title: "File stream created",
    since: "3.2",
    version: "2",
    ruleDefault: "include exclude@4.0",
    fields: `
      RuleName@4.1 UtcTime ProcessGuid:guid ProcessId:pid Image TargetFilename CreationUtcTime
      Hash Contents@4.31 User@4.80`,
  },
  {
    id: 16,
    key: "SYSMONEVENT_SERVICE_CONFIGURATION_CHANGE",
    name: "SysmonConfigStateChanged",
    tag: null,
    title: "Sysmon config state changed",
    since: "3.2",
    version: "3",
    fields: `
      UtcTime Configuration ConfigurationFileHash`,
  },
  {
    id: 17,
    key: "SYSMONEVENT_CREATE_NAMEDPIPE",
    name: "PipeCreated",
    tag: "PipeEvent",
    title: "Pipe Created",
    since: "3.3",
    version: "1",
    ruleDefault: "exclude",
    fields: `
      RuleName@4.1 EventType@4.21 UtcTime ProcessGuid:guid ProcessId:pid PipeName Image
      User@4.80`,
  },
  {
    id: 18,
    key: "SYSMONEVENT_CONNECT_NAMEDPIPE",
    name: "PipeConnected",
    tag: "PipeEvent",
    title: "Pipe Connected",
    since: "3.3",
    version: "1",
    ruleDefault: "exclude",
    fields: `
      RuleName@4.1 EventType@4.21 UtcTime ProcessGuid:guid ProcessId:pid PipeName Image
      User@4.80`,
  },
  {
    id: 19,
    key: "SYSMONEVENT_WMI_FILTER",
    name: "WmiEventFilter",
    tag: "WmiEvent",
    title: "WmiEventFilter activity detected",
    since: "3.4",
    version: "3",
    ruleDefault: "exclude",
    fields: `
      RuleName@4.1 EventType UtcTime Operation User EventNamespace Name Query`,
  },
  {
    id: 20,
    key: "SYSMONEVENT_WMI_CONSUMER",
    name: "WmiEventConsumer",
    tag: "WmiEvent",
    title: "WmiEventConsumer activity detected",
    since: "3.4",
    version: "3",
    ruleDefault: "exclude",
    fields: `
      RuleName@4.1 EventType UtcTime Operation User Name Type Destination`,
  },
  {
    id: 21,
    key: "SYSMONEVENT_WMI_BINDING",
    name: "WmiEventConsumerToFilter",
    tag: "WmiEvent",
    title: "WmiEventConsumerToFilter activity detected",
    since: "3.4",
    version: "3",
    ruleDefault: "exclude",
    fields: `
      RuleName@4.1 EventType UtcTime Operation User Consumer Filter`,
  },
  {
    id: 22,
    key: "SYSMONEVENT_DNS_QUERY",
    name: "DnsQuery",
    tag: "DnsQuery",
    title: "Dns query",
    since: "4.21",
    version: "5",
    ruleDefault: "exclude",
    fields: `
      RuleName UtcTime ProcessGuid:guid ProcessId:pid QueryName QueryStatus QueryResults Image
      User@4.80`,
  },
  {
    id: 23,
    key: "SYSMONEVENT_FILE_DELETE",
    name: "FileDelete",
    tag: "FileDelete",
    title: "File Delete archived",
    since: "4.30",
    version: "5",
    earlierTitle: { title: "File Delete", until: "4.60" },
    fields: `
      RuleName UtcTime ProcessGuid:guid ProcessId:pid User Image TargetFilename Hashes
      IsExecutable:boolean Archived`,
  },
  {
    id: 24,
    key: "SYSMONEVENT_CLIPBOARD",
    name: "ClipboardChange",
    tag: "ClipboardChange",
    title: "Clipboard changed",
    since: "4.40",
    version: "5",
    fields: `
      RuleName UtcTime ProcessGuid:guid ProcessId:pid Image Session:uint32 ClientInfo Hashes
      Archived User@4.80`,
  },
  {
    id: 25,
    key: "SYSMONEVENT_PROCESS_IMAGE_TAMPERING",
    name: "ProcessTampering",
    tag: "ProcessTampering",
    title: "Process Tampering",
    since: "4.50",
    version: "5",
    fields: `
      RuleName UtcTime ProcessGuid:guid ProcessId:pid Image Type User@4.80`,
  },
  {
    id: 26,
    key: "SYSMONEVENT_FILE_DELETE_DETECTED",
    name: "FileDeleteDetected",
    tag: "FileDeleteDetected",
    title: "File Delete logged",
    since: "4.60",
    version: "5",
    fields: `
      RuleName UtcTime ProcessGuid:guid ProcessId:pid User Image TargetFilename Hashes
      IsExecutable:boolean`,
  },
  {
    id: 27,
    key: "SYSMONEVENT_FILE_BLOCK_EXE",
    name: "FileBlockExecutable",
    tag: "FileBlockExecutable",
    title: "File Block Executable",
    since: "4.82",
    platform: "windows",
    version: "5",
    fields: `
      RuleName UtcTime ProcessGuid:guid ProcessId:pid User Image TargetFilename Hashes`,
  },
  {
    id: 28,
    key: "SYSMONEVENT_FILE_BLOCK_SHREDDING",
    name: "FileBlockShredding",
    tag: "FileBlockShredding",
    title: "File Block Shredding",
    since: "4.83",
    platform: "windows",
    version: "5",
    fields: `
      RuleName UtcTime ProcessGuid:guid ProcessId:pid User Image TargetFilename Hashes
      IsExecutable:boolean`,
  },
  {
    id: 29,
    key: "SYSMONEVENT_FILE_EXE_DETECTED",
    name: "FileExecutableDetected",
    tag: "FileExecutableDetected",
    title: "File Executable Detected",
    since: "4.90",
    platform: "windows",
    version: "5",
    fields: `
      RuleName UtcTime ProcessGuid:guid ProcessId:pid User Image TargetFilename Hashes`,
  },
  {
    id: 100,
    key: "SYSMONEVENT_EBPF_EVENT",
    name: "eBPFEvent",
    tag: "eBPFEvent",
    title: "eBPF Program Loaded",
    since: "4.90",
    platform: "linux",
    version: "1",
    ruleDefault: "exclude",
    fields: `
      RuleName UtcTime ProcessGuid:guid ProcessId:pid Image User BpfCommand BpfProgramType
      BpfProgramId:uint32 BpfProgramName`,
  },
  {
    id: 255,
    key: "SYSMONEVENT_ERROR",
    name: "Error",
    tag: null,
    title: "Error report",
    since: "2.0",
    version: "2 3@3.10",
    fields: `
      UtcTime@3.10 ID Description`,
  },
];
