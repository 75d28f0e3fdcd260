/**
 * Records of a Windows trace -> events: Sysmon's where Sysmon has one for what happened, otherwise
 * ones of their own (`trace_definitions.ts`), for those who want everything.
 */
import { eventById } from "../../schema/events.ts";
import { utcTime } from "../clock.ts";
import { type Event, type FieldValue, MISSING, type Origin } from "../event.ts";
import { Accounts } from "./accounts.ts";
import { Connections } from "./connections.ts";
import { FileNames } from "./file_names.ts";
import { FileEvents } from "./file_events.ts";
import { imageAt } from "./image_files.ts";
import { type HostNames, type WindowsProcess, WindowsProcesses } from "./processes.ts";
import { RegistryEvents } from "./registry_events.ts";
import { ownFields, traceDefinition } from "./trace_definitions.ts";
import { numberField, textField, type TraceRecord } from "./trace_record.ts";
import type { Facts, Fields, Told } from "./told.ts";
import { Volumes } from "./volumes.ts";
import { wmiBinding, wmiFilter } from "./wmi_records.ts";

const SUCCESS = 0;
/** Processes looked for in a first reading. */
const MAX_PREPARED = 65_536;
/** The records that tell of processes. */
export const PROCESS_RECORDS: readonly string[] = [
  "ProcessStart",
  "ProcessEnd",
  "ProcessRunningAtStart",
  "ProcessRunningAtEnd",
  "ProcessDefunct",
  "ImageLoadedAtStart",
  "ImageLoadedAtEnd",
];
const SYSTEM_PROCESSES: ReadonlySet<number> = new Set([0, 4]);

/** Decodes the records of one trace, in their order. */
export class TraceDecoder {
  /** Absent for events of this host. */
  #origin: Origin | undefined;
  readonly #volumes: Volumes;
  readonly #processes: WindowsProcesses;
  readonly #fileEvents: FileEvents;
  readonly #registryEvents: RegistryEvents;
  readonly #connections: Connections;
  readonly #everything: boolean;
  /** Sysmon's events for which this is false are not built. */
  wanted: (id: number) => boolean = () => true;
  /** Processes met in the first reading. */
  readonly #met = new Set<number>();

  /**
   * `everything`: also what Sysmon has no event for. `host`: the running host, whose events these are;
   * without it they are a recording's.
   */
  constructor(everything: boolean, host?: HostNames) {
    this.#everything = everything;
    this.#origin = host === undefined ? { computer: MISSING, system: "windows" } : undefined;
    const names = host ?? { accounts: new Accounts(), volumes: new Volumes(), machine: 0 };
    this.#volumes = names.volumes;
    this.#processes = new WindowsProcesses(names);
    const files = new FileNames();
    const actor = (pid: number | undefined) => this.#actor(pid);
    this.#connections = new Connections(actor);
    this.#registryEvents = new RegistryEvents(files, actor);
    this.#fileEvents = new FileEvents(
      files,
      names.volumes,
      actor,
      host !== undefined,
      (id) => this.wanted(id),
    );
  }

  /**
   * Takes a record of a first reading of the trace, which finds the processes that ran before it
   * began: their own records come late, and often only at their end.
   */
  prepare(record: TraceRecord): void {
    const pid = numberField(record, "pid");
    if (pid === undefined) return;
    if (record.event.startsWith("ImageLoadedAt")) {
      this.#processes.learnPath(record);
    } else if (!this.#met.has(pid) && this.#met.size < MAX_PREPARED) {
      this.#met.add(pid);
      if (record.event !== "ProcessStart") this.#processes.precede(record);
    }
  }

  /** Events of new files and streams that there was no room to wait for. */
  get forgotten(): number {
    return this.#fileEvents.forgotten;
  }

  get #isLive(): boolean {
    return this.#origin === undefined;
  }

  /** The record's event, if there is one that is wanted. What later events need is learned in any case. */
  decode(record: TraceRecord): Event | undefined {
    const told = this.#tell(record);
    if (told !== undefined) {
      return this.wanted(told.id) ? this.#sysmonEvent(told, record) : undefined;
    }
    return this.#everything ? this.#traceEvent(record) : undefined;
  }

  #tell(record: TraceRecord): Told | undefined {
    switch (record.event) {
      case "ProcessStart":
        return this.#processStart(record);
      case "ProcessRunningAtStart":
      case "ProcessRunningAtEnd":
        this.#processes.meet(record);
        return undefined;
      case "ProcessEnd":
        return this.#processEnd(record);
      case "ImageLoadedAtStart":
        this.#processes.mapped(record);
        return undefined;
      case "ImageLoad":
        this.#processes.mapped(record);
        return this.#imageLoad(record);
      case "ThreadStart":
        return this.#threadStart(record);
      case "TcpConnect":
      case "UdpSend":
        return this.#connections.tell(record, true);
      case "TcpAccept":
      case "UdpReceive":
        return this.#connections.tell(record, false);
      case "FileCreate":
      case "FileCleanup":
      case "FileOpen":
      case "FileOperationEnd":
      case "FileDelete":
      case "FileSetDelete":
      case "FileRenamePath":
      case "FileName":
      case "FileNameCreate":
      case "FileNameRundown":
        return this.#fileEvents.tell(record);
      case "RegistryCreateKey":
      case "RegistryDeleteKey":
      case "RegistryDeleteValue":
      case "RegistrySetValue":
      case "RegistryKeyName":
      case "RegistryKeyNameAtStart":
        return this.#registryEvents.tell(record);
      case "DnsAnswer":
        return this.#dnsAnswer(record);
      case "OpenProcess":
        return this.#openProcess(record);
      case "WmiFilter":
        return { id: 19, facts: () => ({ fields: wmiFilter(record) }) };
      case "WmiBinding":
        return { id: 21, facts: () => ({ fields: wmiBinding(record) }) };
      case "SystemComputer":
        if (this.#origin !== undefined) {
          this.#origin = { computer: textField(record, "computer") || MISSING, system: "windows" };
        }
        return undefined;
    }
  }

  #processStart(record: TraceRecord): Told | undefined {
    const process = this.#processes.start(record);
    if (process === undefined) return undefined;
    return { id: 1, facts: () => this.#started(process) };
  }

  #started(process: WindowsProcess): Facts {
    const parent = this.#processes.parent(process);
    const Image = this.#processes.image(process);
    return {
      file: Image,
      fields: {
        ProcessGuid: process.guid,
        ProcessId: process.pid,
        Image,
        CommandLine: commandLine(process.commandLine),
        CurrentDirectory: process.directory || MISSING,
        User: process.user,
        LogonGuid: process.logonGuid,
        LogonId: process.logonId || MISSING,
        TerminalSessionId: process.session,
        IntegrityLevel: process.integrityLevel,
        ParentProcessGuid: this.#processes.guid(parent),
        ParentProcessId: process.parentPid,
        ParentImage: parent === undefined ? MISSING : this.#processes.image(parent),
        ParentCommandLine: commandLine(parent?.commandLine ?? ""),
        ParentUser: parent?.user ?? MISSING,
      },
    };
  }

  #processEnd(record: TraceRecord): Told | undefined {
    const process = this.#processes.meet(record);
    if (process.ended) return undefined;
    process.ended = true;
    return { id: 5, facts: () => ({ fields: this.#actor(process.pid) }) };
  }

  /** Images of the kernel itself are drivers. */
  #imageLoad(record: TraceRecord): Told {
    const pid = numberField(record, "pid") ?? 0;
    const facts = () => {
      const ImageLoaded = this.#volumes.resolve(textField(record, "path")) || MISSING;
      const actor = pid === 0 ? {} : this.#actor(pid);
      return { file: ImageLoaded, fields: { ...actor, ImageLoaded } };
    };
    return { id: pid === 0 ? 6 : 7, facts };
  }

  /** A thread made by another process, where it is not the first. */
  #threadStart(record: TraceRecord): Told | undefined {
    const target = this.#processes.get(numberField(record, "pid"));
    const isFirst = target !== undefined && !target.hasThreads;
    if (target !== undefined) target.hasThreads = true;
    const maker = record.pid;
    if (isFirst || target === undefined || maker === undefined || maker === target.pid) return;
    if (SYSTEM_PROCESSES.has(maker) || SYSTEM_PROCESSES.has(target.pid)) return undefined;
    return { id: 8, facts: () => ({ fields: this.#remoteThread(record, maker, target) }) };
  }

  #remoteThread(record: TraceRecord, maker: number, target: WindowsProcess): Fields {
    const source = this.#processes.get(maker);
    const address = numberField(record, "win32StartAddress") ?? 0;
    const digits = textField(record, "win32StartAddress").slice(2).toUpperCase();
    const module = target.moduleAt(address);
    return {
      SourceProcessGuid: this.#processes.guid(source),
      SourceProcessId: maker,
      SourceImage: this.#processes.image(source),
      TargetProcessGuid: target.guid,
      TargetProcessId: target.pid,
      TargetImage: this.#processes.image(target),
      NewThreadId: numberField(record, "tid") ?? MISSING,
      StartAddress: `0x${digits.padStart(16, "0")}`,
      StartModule: module === MISSING ? module : this.#volumes.resolve(module),
      SourceUser: source?.user ?? MISSING,
      TargetUser: target.user,
    };
  }

  #dnsAnswer(record: TraceRecord): Told {
    const facts = () => ({
      fields: {
        ...this.#actor(record.pid),
        QueryName: textField(record, "name") || MISSING,
        QueryStatus: String(numberField(record, "status") ?? MISSING),
        QueryResults: textField(record, "results") || MISSING,
      },
    });
    return { id: 22, facts };
  }

  #openProcess(record: TraceRecord): Told | undefined {
    const targetPid = numberField(record, "target");
    if (numberField(record, "status") !== SUCCESS || targetPid === record.pid) return undefined;
    return { id: 10, facts: () => ({ fields: this.#opened(record, targetPid) }) };
  }

  #opened(record: TraceRecord, targetPid: number | undefined): Fields {
    const source = this.#processes.get(record.pid);
    const target = this.#processes.get(targetPid);
    return {
      SourceProcessGUID: this.#processes.guid(source),
      SourceProcessId: record.pid ?? MISSING,
      SourceThreadId: record.tid ?? MISSING,
      SourceImage: this.#processes.image(source),
      TargetProcessGUID: this.#processes.guid(target),
      TargetProcessId: targetPid ?? MISSING,
      TargetImage: this.#processes.image(target),
      GrantedAccess: textField(record, "access") || MISSING,
      SourceUser: source?.user ?? MISSING,
      TargetUser: target?.user ?? MISSING,
    };
  }

  /** Who did it. */
  #actor(pid: number | undefined): Record<string, FieldValue> {
    const process = this.#processes.get(pid);
    return {
      ProcessGuid: this.#processes.guid(process),
      ProcessId: pid ?? MISSING,
      Image: this.#processes.image(process),
      User: process?.user ?? MISSING,
    };
  }

  #sysmonEvent({ id, facts }: Told, record: TraceRecord): Event | undefined {
    const { fields, file, mustBeProgram } = facts();
    const definition = eventById(id)!;
    const time = record.time ?? 0;
    const values = definition.fields.map(({ name }): FieldValue =>
      name === "UtcTime" && record.time !== null ? utcTime(time) : fields[name] ?? MISSING
    );
    const event = this.#event(definition, values, time);
    // What another host's files hold, cannot be asked for.
    if (file === undefined || !this.#isLive) return event;
    const isModule = definition.fieldIndex.has("Signed");
    const image = imageAt(file, numberField(record, "pid") ?? 0, { isModule, mustBeProgram });
    return image === undefined && mustBeProgram ? undefined : { ...event, image };
  }

  #event(definition: Event["definition"], values: FieldValue[], time: number): Event {
    const event: Event = { definition, values, time, recordId: 0 };
    if (this.#origin !== undefined) event.origin = this.#origin;
    return event;
  }

  #traceEvent(record: TraceRecord): Event {
    const definition = traceDefinition(record);
    const pid = numberField(record, "pid") ?? record.pid;
    const process = this.#processes.get(pid);
    const time = record.time ?? 0;
    const values: FieldValue[] = [
      record.time === null ? MISSING : utcTime(time),
      this.#processes.guid(process),
      pid ?? MISSING,
      process === undefined ? MISSING : this.#processes.image(process),
    ];
    for (const name of ownFields(record)) values.push(this.#ownValue(record, name));
    if (record.fields.parent !== undefined) {
      const parent = process === undefined ? undefined : this.#processes.parent(process);
      values.push(this.#processes.guid(parent));
      values.push(parent === undefined ? MISSING : this.#processes.image(parent));
    }
    if (record.pid !== undefined) values.push(record.pid, record.tid ?? MISSING);
    return this.#event(definition, values, time);
  }

  #ownValue({ fields }: TraceRecord, name: string): FieldValue {
    const value = fields[name];
    if (value === null || value === "") return MISSING;
    if (typeof value === "number") return name.endsWith("Time") ? utcTime(value) : value;
    return name === "path" ? this.#volumes.resolve(value) : value;
  }
}

/** With every `%` doubled, as Sysmon stores it (config-semantics 5.3). */
function commandLine(text: string): string {
  return text === "" ? MISSING : text.replaceAll("%", "%%");
}
