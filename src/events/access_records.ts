/**
 * Processes that reach into others: events 8 and 10.
 */
import { utcTime } from "./clock.ts";
import { actorOf, type Decoding, definitionOf, eventOf, userOf } from "./decoding.ts";
import { type Event, MISSING } from "./event.ts";
import type { Process } from "./process.ts";
import { Access, AccessLayout, HeaderLayout } from "./record_layout.ts";

const CREATE_REMOTE_THREAD = definitionOf(8);
const PROCESS_ACCESS = definitionOf(10);

/** Windows' rights to a process, in whose terms GrantedAccess is written. */
const Right = {
  CREATE_THREAD: 0x0002,
  VM_OPERATION: 0x0008,
  VM_READ: 0x0010,
  VM_WRITE: 0x0020,
  DUP_HANDLE: 0x0040,
  QUERY_INFORMATION: 0x0400,
  SUSPEND_RESUME: 0x0800,
} as const;

const WRITING = Right.VM_WRITE | Right.VM_OPERATION;

/** What each way to reach into a process allows; docs/events-linux.md has the same table. */
const GRANTED: Readonly<Record<number, number>> = {
  [Access.ATTACH]: Right.VM_READ | WRITING | Right.CREATE_THREAD | Right.QUERY_INFORMATION |
    Right.SUSPEND_RESUME,
  [Access.READ]: Right.VM_READ,
  [Access.OPEN_READ]: Right.VM_READ,
  [Access.OPEN_WRITE]: WRITING,
  [Access.OPEN_BOTH]: Right.VM_READ | WRITING,
  [Access.OPEN_MAPS]: Right.QUERY_INFORMATION,
  [Access.OPEN_ENVIRONMENT]: Right.VM_READ | Right.QUERY_INFORMATION,
  [Access.DUPLICATE]: Right.DUP_HANDLE,
};

function targetOf({ batch, processes }: Decoding, at: number): Process {
  const start = at + AccessLayout.targetStart;
  return processes.find(
    batch.word(at + AccessLayout.targetPid),
    batch.word(start),
    batch.word(start + 4),
    batch.word(at + AccessLayout.targetExecId),
    batch.word(at + AccessLayout.targetUid),
    batch.word(at + AccessLayout.targetParentPid),
  );
}

/** Event 10. */
export function decodeAccess(decoding: Decoding, at: number): Event | undefined {
  const { batch, host } = decoding;
  const source = actorOf(decoding, at);
  if (!decoding.wanted(PROCESS_ACCESS.id)) return undefined;
  const target = targetOf(decoding, at);
  const time = batch.time(at);
  const granted = GRANTED[batch.word(at + AccessLayout.how)] ?? 0;
  return eventOf(PROCESS_ACCESS, source, [
    MISSING,
    utcTime(time),
    source.guid,
    source.pid,
    batch.word(at + HeaderLayout.tid),
    source.face.image,
    target.guid,
    target.pid,
    target.face.image,
    `0x${granted.toString(16)}`,
    MISSING,
    userOf(decoding, at),
    host.userName(batch.word(at + AccessLayout.targetUid)),
  ], time);
}

/** Event 8. */
export function decodeInjection(decoding: Decoding, at: number, size: number): Event | undefined {
  const { batch, host } = decoding;
  const source = actorOf(decoding, at);
  if (!decoding.wanted(CREATE_REMOTE_THREAD.id)) return undefined;
  const target = targetOf(decoding, at);
  const length = batch.word(at + AccessLayout.pathLen);
  if (AccessLayout.bytes + length > size) {
    decoding.counters.unknown++;
    return undefined;
  }
  const time = batch.time(at);
  const high = batch.word(at + AccessLayout.address + 4);
  const low = batch.word(at + AccessLayout.address);
  return eventOf(CREATE_REMOTE_THREAD, source, [
    MISSING,
    utcTime(time),
    source.guid,
    source.pid,
    source.face.image,
    target.guid,
    target.pid,
    target.face.image,
    batch.word(at + AccessLayout.targetTid),
    high === 0 && low === 0 ? MISSING : pointer(high, low),
    length === 0 ? MISSING : batch.text(at, at + AccessLayout.bytes, length),
    MISSING,
    userOf(decoding, at),
    host.userName(batch.word(at + AccessLayout.targetUid)),
  ], time);
}

/** An address as Sysmon prints StartAddress: 16 digits, upper case. */
function pointer(high: number, low: number): string {
  const digits = (word: number) => word.toString(16).toUpperCase().padStart(8, "0");
  return `0x${digits(high)}${digits(low)}`;
}
