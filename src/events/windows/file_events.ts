/** Records about files, and what is opened like one, -> events 9, 11, 15, 17, 18, 23 and 29. */
import { utcTime } from "../clock.ts";
import { MISSING } from "../event.ts";
import { BoundedMap } from "./bounded_map.ts";
import type { FileNames } from "./file_names.ts";
import type { Fields, Told } from "./told.ts";
import { numberField, textField, type TraceRecord } from "./trace_record.ts";
import type { Volumes } from "./volumes.ts";

/** The making of a file. */
interface NewFile {
  readonly pid: number | undefined;
  readonly time: number | null;
  readonly path: string;
}

/** A disk or volume without a path on it. */
const RAW_DEVICE = /^\\Device\\(?:Harddisk\d+\\(?:DR|Partition)\d+|HarddiskVolume\d+)$/i;
const PIPES = "\\Device\\NamedPipe\\";
/** `file:stream`, perhaps with its type; the unnamed stream (`file::$DATA`) is the file. */
const STREAM = /\\[^\\:]+:[^\\:]+(?::\$DATA)?$/i;
const SUCCESS = 0;
const FILE_CREATED = 2;
/** FILE_CREATE and FILE_OPEN_IF of ntifs.h, in the highest byte of an open's options. */
const MAKES_PIPE: ReadonlySet<number> = new Set([2, 3]);
/** New files that are still open. */
const MAX_NEW = 16_384;

/** Tells what happens to files. */
export class FileEvents {
  readonly #names: FileNames;
  readonly #volumes: Volumes;
  readonly #actor: (pid: number | undefined) => Fields;
  readonly #followsNew: boolean;
  readonly #wanted: (id: number) => boolean;
  /** By file object. */
  readonly #newFiles = new BoundedMap<string, NewFile>(MAX_NEW);
  /** New files and streams of which it will not be told that they are closed: there was no room. */
  forgotten = 0;

  /**
   * `actor`: the fields of who did it. `followsNew`: what is in a new file can be asked for when it is
   * closed. `wanted`: which events are told at all.
   */
  constructor(
    names: FileNames,
    volumes: Volumes,
    actor: (pid: number | undefined) => Fields,
    followsNew: boolean,
    wanted: (id: number) => boolean,
  ) {
    this.#names = names;
    this.#volumes = volumes;
    this.#actor = actor;
    this.#followsNew = followsNew;
    this.#wanted = wanted;
  }

  /** What the record tells. */
  tell(record: TraceRecord): Told | undefined {
    const opened = this.#names.take(record);
    switch (record.event) {
      case "FileCreate":
      case "FileRenamePath":
        return this.#fileCreate(record, textField(record, "path"));
      case "FileCleanup":
        return this.#newFileClosed(textField(record, "object"));
      case "FileOpen":
        return this.#deviceOpened(record, textField(record, "path"));
      case "FileOperationEnd": {
        const isNew = numberField(record, "status") === SUCCESS &&
          numberField(record, "information") === FILE_CREATED;
        return isNew && opened !== undefined
          ? this.#fileCreate(opened.record, opened.path)
          : undefined;
      }
      case "FileDelete":
      case "FileSetDelete": {
        const path = textField(record, "path") || this.#names.path(record);
        if (path === undefined) return undefined;
        const facts = () => {
          const TargetFilename = this.#volumes.resolve(path);
          return { fields: { ...this.#actor(record.pid), TargetFilename } };
        };
        return { id: 23, facts };
      }
    }
  }

  /** What is opened like a file and is none: a whole volume or disk (9), a named pipe (17, 18). */
  #deviceOpened(record: TraceRecord, path: string): Told | undefined {
    if (RAW_DEVICE.test(path)) {
      return { id: 9, facts: () => ({ fields: { ...this.#actor(record.pid), Device: path } }) };
    }
    if (!path.startsWith(PIPES) || path === PIPES) return undefined;
    const disposition = (numberField(record, "options") ?? 0) >>> 24;
    const [id, EventType] = MAKES_PIPE.has(disposition)
      ? [17, "CreatePipe"] as const
      : [18, "ConnectPipe"] as const;
    const PipeName = path.slice(PIPES.length - 1);
    return { id, facts: () => ({ fields: { ...this.#actor(record.pid), EventType, PipeName } }) };
  }

  /** A new file (11), or a new stream of one (15). */
  #fileCreate(record: TraceRecord, path: string): Told | undefined {
    if (path === "") return undefined;
    const isStream = STREAM.test(path);
    if (this.#followsNew && record.event === "FileCreate") {
      const { pid, time } = record;
      const made = { pid, time, path };
      if (this.#wanted(isStream ? 15 : 29)) {
        const hasForgotten = this.#newFiles.set(textField(record, "object"), made);
        if (hasForgotten) this.forgotten++;
      }
      // What is in it can be said when it is closed.
      if (isStream) return undefined;
    }
    const facts = () => {
      const CreationUtcTime = record.time === null ? MISSING : utcTime(record.time);
      const TargetFilename = this.#volumes.resolve(path);
      return { fields: { ...this.#actor(record.pid), TargetFilename, CreationUtcTime } };
    };
    return { id: isStream ? 15 : 11, facts };
  }

  /** Somebody has closed a file that he made: a stream (15), else perhaps a program (29). */
  #newFileClosed(object: string): Told | undefined {
    const made = this.#newFiles.get(object);
    if (made === undefined) return undefined;
    this.#newFiles.delete(object);
    const { pid, time, path } = made;
    const isStream = STREAM.test(path);
    const facts = () => {
      const file = this.#volumes.resolve(path);
      const fields = { ...this.#actor(pid), TargetFilename: file };
      if (!isStream) return { file, fields, mustBeProgram: true };
      const CreationUtcTime = time === null ? MISSING : utcTime(time);
      return { file, fields: { ...fields, CreationUtcTime } };
    };
    return { id: isStream ? 15 : 29, facts };
  }
}
