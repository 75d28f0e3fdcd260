/**
 * Process life: events 1 and 5, and what keeps the process table.
 */
import { actorOf, type Decoding, definitionOf, eventOf, opening, userOf } from "./decoding.ts";
import { type Event, type Image, MISSING } from "./event.ts";
import { NO_GUID, sysmonGuid } from "./guid.ts";
import { withoutFile } from "./image_records.ts";
import type { Process } from "./process.ts";
import { ExecLayout, Flag, ForkLayout, HeaderLayout } from "./record_layout.ts";

/** Appended to arguments that were cut, as Sysmon marks cut fields (T30). */
const CUT = "...";
const LOGON_ID_MASK = 0xffff;
const TERMINAL_INDEX_MASK = 0xfffff;
/** Sysmon's text where Windows has an integrity level (T14). */
const NO_INTEGRITY = "no level";

const PROCESS_CREATE = definitionOf(1);
const PROCESS_TERMINATE = definitionOf(5);

/** A fork only changes the process table. */
export function decodeFork(decoding: Decoding, at: number): undefined {
  const { batch, processes } = decoding;
  const actor = actorOf(decoding, at);
  const parentPid = batch.word(at + ForkLayout.childParentPid);
  const parentStart = at + ForkLayout.childParentStart;
  const sameParent = parentPid === actor.pid && batch.word(parentStart) === actor.startLow;
  const parent = sameParent ? actor : processes.known(parentPid) ?? actor;
  const start = at + ForkLayout.childStart;
  processes.fork(
    parent,
    actor.face,
    batch.word(at + ForkLayout.childPid),
    batch.word(start),
    batch.word(start + 4),
    batch.word(at + ForkLayout.childExecId),
    batch.word(at + HeaderLayout.uid),
  );
}

/** Event 5. */
export function decodeExit(decoding: Decoding, at: number): Event | undefined {
  const process = actorOf(decoding, at);
  if (!decoding.processes.exit(process) || !decoding.wanted(PROCESS_TERMINATE.id)) return undefined;
  const time = decoding.batch.time(at);
  const values = [...opening(process, time), process.face.image, userOf(decoding, at)];
  return eventOf(PROCESS_TERMINATE, process, values, time);
}

/** A process that was there at the start only fills the process table. */
export function decodeRunning(decoding: Decoding, at: number, size: number): undefined {
  decoding.counters.running++;
  execute(decoding, at, size);
}

/** Event 1, and event 25 of what has no file. */
export function decodeExec(
  decoding: Decoding,
  at: number,
  size: number,
): Event | readonly Event[] | undefined {
  const process = execute(decoding, at, size);
  if (process === undefined) return undefined;
  const tampered = withoutFile(decoding, at, process);
  if (!decoding.wanted(PROCESS_CREATE.id)) return tampered;
  const created = creation(decoding, at, process);
  return tampered === undefined ? created : [created, tampered];
}

function creation(decoding: Decoding, at: number, process: Process): Event {
  const { batch } = decoding;
  const { parent } = process;
  const time = batch.time(at);
  const user = userOf(decoding, at);
  const uid = batch.word(at + HeaderLayout.uid);
  const terminal = batch.word(at + HeaderLayout.tty);
  const cwd = at + ExecLayout.bytes + batch.word(at + ExecLayout.pathLen);
  return eventOf(
    PROCESS_CREATE,
    process,
    [
      ...opening(process, time),
      process.face.image,
      MISSING,
      MISSING,
      MISSING,
      MISSING,
      MISSING,
      process.face.commandLine,
      batch.keptText(at, cwd, batch.word(at + ExecLayout.cwdLen)),
      user,
      logonGuid(decoding, uid, terminal, user),
      String(uid & LOGON_ID_MASK),
      batch.word(at + HeaderLayout.sessionId),
      NO_INTEGRITY,
      MISSING,
      parent?.guid ?? NO_GUID,
      parent?.pid ?? batch.word(at + HeaderLayout.parentPid),
      parent?.face.image ?? MISSING,
      parent?.face.commandLine ?? MISSING,
      parent?.user ?? MISSING,
    ],
    time,
    imageOf(decoding, at, process),
  );
}

function execute(decoding: Decoding, at: number, size: number): Process | undefined {
  const { batch, processes } = decoding;
  const pathLength = batch.word(at + ExecLayout.pathLen);
  const cwdLength = batch.word(at + ExecLayout.cwdLen);
  const argsLength = batch.word(at + ExecLayout.argsLen);
  if (ExecLayout.bytes + pathLength + cwdLength + argsLength > size) {
    decoding.counters.unknown++;
    return undefined;
  }
  const path = at + ExecLayout.bytes;
  const start = at + HeaderLayout.processStart;
  const process = processes.exec(
    batch.word(at + HeaderLayout.pid),
    batch.word(start),
    batch.word(start + 4),
    batch.word(at + HeaderLayout.execId),
    batch.word(at + HeaderLayout.uid),
    {
      image: processes.sharedImage(batch.keptText(at, path, pathLength)),
      commandLine: commandLine(decoding, at, path + pathLength + cwdLength, argsLength),
    },
    batch.word(at + HeaderLayout.parentPid),
  );
  decoding.containers.settle(process);
  return process;
}

function imageOf({ batch }: Decoding, at: number, process: Process): Image {
  const path = at + ExecLayout.bytes;
  return {
    pid: process.pid,
    path: batch.flag(at, Flag.ASCII)
      ? process.face.image
      : batch.bytes.slice(path, path + batch.word(at + ExecLayout.pathLen)),
    device: batch.word(at + ExecLayout.device),
    inodeLow: batch.word(at + ExecLayout.inode),
    inodeHigh: batch.word(at + ExecLayout.inode + 4),
    sizeLow: batch.word(at + ExecLayout.size),
    sizeHigh: batch.word(at + ExecLayout.size + 4),
    mtimeLow: batch.word(at + ExecLayout.mtime),
    mtimeHigh: batch.word(at + ExecLayout.mtime + 4),
    ctimeLow: batch.word(at + ExecLayout.ctime),
    ctimeHigh: batch.word(at + ExecLayout.ctime + 4),
  };
}

function commandLine({ batch }: Decoding, at: number, start: number, length: number): string {
  let end = start + length;
  while (end > start && batch.bytes[end - 1] === 0) end--;
  const text = batch.keptText(at, start, end - start).replaceAll("\0", " ");
  if (batch.flag(at, Flag.ARGS_TRUNCATED)) return text + CUT;
  return text === "" ? MISSING : text;
}

function logonGuid({ host }: Decoding, uid: number, terminal: number, user: string): string {
  const time = terminal === 0 ? 0 : host.logonTime(terminal, user);
  return sysmonGuid(host.machine, time, uid, terminal & TERMINAL_INDEX_MASK);
}
