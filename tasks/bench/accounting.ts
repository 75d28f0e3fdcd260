/** What processes cost, from /proc. */

import { sum } from "./numbers.ts";

/** USER_HZ, which is 100 on every Linux. */
const TICKS_PER_SECOND = 100;

/** Processor time of a whole process, threads included, in seconds. */
export interface ProcessorTime {
  readonly user: number;
  readonly system: number;
}

/** Processor time that a process has used so far, ended threads included. */
export function processorTime(pid: number): ProcessorTime {
  return parseStat(Deno.readTextFileSync(`/proc/${pid}/stat`));
}

/** Reads `utime` and `stime` of a line of /proc/PID/stat. */
export function parseStat(line: string): ProcessorTime {
  // The name before it can hold blanks and parentheses.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return {
    user: Number(fields[11]) / TICKS_PER_SECOND,
    system: Number(fields[12]) / TICKS_PER_SECOND,
  };
}

/** Resident memory of a process in KiB, by kind. */
export interface ResidentMemory {
  readonly anonymous: number;
  readonly file: number;
  readonly shared: number;
}

/** What /proc/PID/status says. The mappings of a ring buffer are part of `file`. */
export function residentMemory(pid: number): ResidentMemory {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const kilobytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? 0);
  return {
    anonymous: kilobytes("RssAnon"),
    file: kilobytes("RssFile"),
    shared: kilobytes("RssShmem"),
  };
}

/**
 * Resident KiB of all mappings of kernel maps. A ring buffer's data is mapped twice in a row, and
 * counts twice in the process's resident memory.
 */
export function mappedRing(pid: number): number {
  return parseMappedRing(Deno.readTextFileSync(`/proc/${pid}/smaps`));
}

/** Sums `Rss` of the mappings named `anon_inode:bpf-map` in the text of /proc/PID/smaps. */
export function parseMappedRing(smaps: string): number {
  let isRing = false;
  let kilobytes = 0;
  for (const line of smaps.split("\n")) {
    if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) isRing = line.endsWith("anon_inode:bpf-map");
    else if (isRing && line.startsWith("Rss:")) kilobytes += Number(/\d+/.exec(line)![0]);
  }
  return kilobytes;
}

/** KiB of kernel memory behind all BPF maps that a process holds, each counted once. */
export function kernelMaps(pid: number): number {
  const maps = new Map<string, number>();
  for (const { name } of Deno.readDirSync(`/proc/${pid}/fdinfo`)) {
    const text = readIfThere(`/proc/${pid}/fdinfo/${name}`);
    const id = /^map_id:\s*(\d+)$/m.exec(text)?.[1];
    const bytes = /^memlock:\s*(\d+)$/m.exec(text)?.[1];
    if (id !== undefined && bytes !== undefined) maps.set(id, Number(bytes));
  }
  return sum(maps.values()) / 1024;
}

/** A descriptor can be closed between the listing and the reading. */
function readIfThere(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** Follows the resident memory of a process until it is stopped. */
export class MemoryWatch implements Disposable {
  /** Largest sum seen so far, in KiB, and its parts at that moment. */
  peak: ResidentMemory;
  readonly #pid: number;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(pid: number, intervalMs: number) {
    this.#pid = pid;
    this.peak = residentMemory(pid);
    this.#timer = setInterval(() => this.look(), intervalMs);
  }

  /** Takes one more sample. */
  look(): void {
    const now = residentMemory(this.#pid);
    if (sum(Object.values(now)) > sum(Object.values(this.peak))) this.peak = now;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
