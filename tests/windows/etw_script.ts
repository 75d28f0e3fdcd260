/** Scripts for native/windows/fake-etw: events as Windows would deliver them, byte for byte. */

/** Milliseconds since 1970 at which everything in these scripts happens. */
export const NOON = Date.UTC(2026, 0, 2, 12);
const UNIX_EPOCH_MS = 11_644_473_600_000n;

/** Providers by name. */
export const PROVIDER = {
  process: "22fb2cd6-0e7b-422b-a0c7-2fad1fd0e716",
  file: "edd08927-9cc4-4e65-b970-c2560fb5c289",
  network: "7dd42a49-5329-4832-8dfd-43d979153a88",
  registry: "70eb4f03-c1de-4f73-a051-33d13d5413bd",
  audit: "e02a841c-75a3-4fa7-afc8-ae09cf9b7f23",
  dns: "1c95126e-7eea-49a9-a3fe-a378b03ddb4d",
  wmi: "1418ef04-b0b4-4623-bf7e-d74ab47bbdaa",
} as const;

/** The kernel logger's class of processes, and the flag that enables it. */
const PROCESS_CLASS = "3d6fa8d0-fe05-11d0-9dda-00c04fd7ba7c";
const FLAG_PROCESS = 1;

/** One field of a payload. */
export type Part = Uint8Array;

const number = (bytes: number, value: number | bigint): Part => {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
  return new Uint8Array(view.buffer, 0, bytes);
};
/** Little-endian numbers. */
export const u16 = (value: number): Part => number(2, value);
export const u32 = (value: number): Part => number(4, value);
export const u64 = (value: number | bigint): Part => number(8, value);
/** In the network's byte order. */
export const port = (value: number): Part => Uint8Array.of(value >> 8, value & 0xff);
export const bytes = (...values: number[]): Part => Uint8Array.from(values);
/** With a zero at the end. */
export const narrow = (text: string): Part => new TextEncoder().encode(`${text}\0`);
export const wide = (text: string): Part =>
  Uint8Array.from([...`${text}\0`].flatMap((c) => [...u16(c.charCodeAt(0))]));
export const filetime = (milliseconds: number): bigint =>
  (BigInt(milliseconds) + UNIX_EPOCH_MS) * 10_000n;
/** `S-1-5-…` or `S-1-16-…` as its bytes. */
export const sid = (text: string): Part => {
  const [, revision, authority, ...parts] = text.split("-").map(Number);
  return join([bytes(revision, parts.length, 0, 0, 0, 0, 0, authority), ...parts.map(u32)]);
};

function join(parts: readonly Part[]): Part {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function hex(part: Part): string {
  return [...part].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Who wrote an event, and when. */
export interface Writer {
  readonly pid: number;
  readonly version?: number;
  /** Behind {@link NOON}, in milliseconds. */
  readonly after?: number;
}

/** A provider's event. */
export function event(guid: string, id: number, by: Writer, ...payload: Part[]): string {
  return `event ${guid} id=${id} ${common(by)} payload=${hex(join(payload))}`;
}

function common({ pid, version = 0, after = 0 }: Writer): string {
  return `version=${version} pid=${pid} tid=8 time=${filetime(NOON + after)}`;
}

/** A process as the kernel logger tells it. */
export interface KernelProcess {
  readonly pid: number;
  readonly parent: number;
  readonly sid: string;
  readonly image: string;
  readonly commandLine: string;
}

/** Types of the class Process. */
export const PROCESS_TYPE = { start: 1, end: 2, running: 3 } as const;

/** A record of Kernel-File about a file object: 12 opened, 30 made. */
export function opened(id: number, object: number, path: string, by: Writer, options = 0): string {
  const head = [u64(1), u64(object), u32(8), u32(options), u32(0), u32(0)];
  return event(PROVIDER.file, id, by, ...head, wide(path));
}

/** The last handle of a file object is closed. */
export function closed(object: number, by: Writer): string {
  return event(PROVIDER.file, 13, by, u64(1), u64(object), u64(3), u32(8));
}

/** Event 5 of Kernel-Process; the kernel itself is process 0. */
export function imageLoad(pid: number, base: bigint, path: string, by: Writer): string {
  const head = [u64(base), u64(0x10000), u32(pid), u32(0), u32(0), u64(0)];
  return event(PROVIDER.process, 5, by, ...head, wide(path));
}

/** Process_V4_TypeGroup1. */
export function kernelProcess(type: number, process: KernelProcess, by: Writer): string {
  const { pid, parent, image, commandLine } = process;
  const payload = join([
    u64(0xffff_ca86_0000_0000n + BigInt(pid)),
    ...[pid, parent, 1, 0].map(u32),
    u64(0),
    u32(0),
    u64(1),
    u64(1),
    sid(process.sid),
    narrow(image),
    wide(commandLine),
    wide(""),
    wide(""),
    u64(0),
  ]);
  const head = `class ${PROCESS_CLASS} type=${type} flag=${FLAG_PROCESS.toString(16)}`;
  return `${head} ${common({ ...by, version: 4 })} payload=${hex(payload)}`;
}
