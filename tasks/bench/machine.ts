/** The machine that is measured: what it is, and what a benchmark changes on it for a while. */

import { output } from "../../tests/support/environment.ts";

const BPF_STATS = "/proc/sys/kernel/bpf_stats_enabled";

/** What a reader needs to judge the figures. */
export async function machineFigures(): Promise<Record<string, string | number>> {
  const model = /^model name\s*:\s*(.+)$/m.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1];
  const memory = /^MemTotal:\s*(\d+) kB$/m.exec(await Deno.readTextFile("/proc/meminfo"))?.[1];
  return {
    time: new Date().toISOString(),
    kernel: Deno.osRelease(),
    processor: model ?? Deno.build.arch,
    processors: navigator.hardwareConcurrency,
    memory_kib: Number(memory),
    load_average: Deno.loadavg()[0],
  };
}

/** A tmpfs of our own, mounted in a fresh private directory; disposing unmounts it. */
export class OwnTmpfs implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Needs root. */
  static async mount(): Promise<OwnTmpfs> {
    const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "monomi-bench-" }));
    try {
      await output("mount", "-t", "tmpfs", "-o", "mode=0700,nosuid,nodev", "none", path);
    } catch (error) {
      await Deno.remove(path);
      throw error;
    }
    const tmpfs = new OwnTmpfs(path);
    await output("mount", "--make-private", path);
    return tmpfs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await output("umount", this.path);
    await Deno.remove(this.path);
  }
}

/** Run time statistics of kernel programs, on until disposed. They cost time themselves. */
export class KernelTimes implements Disposable {
  readonly #before = Deno.readTextFileSync(BPF_STATS);

  constructor() {
    Deno.writeTextFileSync(BPF_STATS, "1");
  }

  [Symbol.dispose](): void {
    Deno.writeTextFileSync(BPF_STATS, this.#before);
  }
}

/** Seconds since boot that all processors together were not idle, and processes started. */
export function machineActivity(): { readonly busy: number; readonly processes: number } {
  const text = Deno.readTextFileSync("/proc/stat");
  const [user, nice, system, _idle, _iowait, irq, softirq] = /^cpu +(.+)$/m.exec(text)![1]
    .split(" ").map(Number);
  const processes = Number(/^processes (\d+)$/m.exec(text)![1]);
  return { busy: (user + nice + system + irq + softirq) / 100, processes };
}
