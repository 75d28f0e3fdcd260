/**
 * What this process has used so far.
 */
import process from "node:process";
import type { Resources } from "./summary.ts";

const MICROSECONDS_PER_MILLISECOND = 1000;
const PEAK = /^VmHWM:\s+(\d+) kB$/m;
const RESIDENT = /^VmRSS:\s+(\d+) kB$/m;
/** Some 60 lines. */
const STATUS_BYTES = 16 * 1024;

/**
 * Measures this process. It is to be made while /proc can still be opened: the kernel writes the
 * status anew for each reading of a file that is held open.
 *
 * The peak is not getrusage's, which is at least the memory of whoever started this process.
 */
export class ResourceMeter implements Disposable {
  readonly #status = openStatus();

  /** Processor time and resident memory of the whole process; memory 0 where there is no /proc. */
  used(): Resources {
    const { user, system } = process.cpuUsage();
    const status = this.#readStatus();
    return {
      userMs: Math.round(user / MICROSECONDS_PER_MILLISECOND),
      systemMs: Math.round(system / MICROSECONDS_PER_MILLISECOND),
      rssKb: Number(RESIDENT.exec(status)?.[1] ?? 0),
      maxRssKb: Number(PEAK.exec(status)?.[1] ?? 0),
    };
  }

  [Symbol.dispose](): void {
    this.#status?.close();
  }

  #readStatus(): string {
    if (this.#status === undefined) return "";
    this.#status.seekSync(0, Deno.SeekMode.Start);
    const bytes = new Uint8Array(STATUS_BYTES);
    const length = this.#status.readSync(bytes) ?? 0;
    return new TextDecoder().decode(bytes.subarray(0, length));
  }
}

function openStatus(): Deno.FsFile | undefined {
  try {
    return Deno.openSync("/proc/self/status");
  } catch {
    return undefined;
  }
}
