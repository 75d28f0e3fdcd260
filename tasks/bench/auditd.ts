/** auditd as a contender, where it is installed and the kernel's audit system is not in use. */

import { output } from "../../tests/support/environment.ts";
import { until } from "../../tests/support/waiting.ts";
import { isInstalled, TaskError } from "../shared/task.ts";
import { type ProcessorTime, processorTime, residentMemory } from "./accounting.ts";
import type { Contender, Figures, RunningSensor } from "./contender.ts";
import type { Storm, StormRun } from "./storm.ts";

/** What Debian's package sets in /etc/audit/rules.d/audit.rules. */
const DEBIAN_SETTINGS = ["-b 8192", "--backlog_wait_time 60000", "-f 1"];
/**
 * Once the audit system was enabled, the kernel prepares an audit context for every new process
 * until the next boot, with or without rules, unless this rule forbids it.
 */
const NO_CONTEXTS = "-a never,task";
const NO_RULES = "No rules";

/** The audit system as the benchmark found it; disposing puts it back. */
export class AuditSystem implements AsyncDisposable {
  readonly #status: Readonly<Record<string, number>>;
  readonly #rules: string;

  private constructor(status: Readonly<Record<string, number>>, rules: string) {
    this.#status = status;
    this.#rules = rules;
  }

  /** Gives the reason, in words, when auditd cannot take part. */
  static async open(): Promise<AuditSystem | string> {
    if (!isInstalled("auditd") || !isInstalled("auditctl")) {
      return "auditd is not installed (Debian: apt-get install auditd, then do not let it run)";
    }
    const status = await auditStatus();
    if (status.enabled === 2) return "the audit rules are locked until the next boot";
    if (status.pid !== 0) return "an audit daemon is running (stop it for the benchmark)";
    const rules = (await output("auditctl", "-l")).trim();
    if (rules !== NO_RULES && rules !== NO_CONTEXTS) {
      return "there are audit rules (auditctl -D removes them)";
    }
    const system = new AuditSystem(status, rules);
    await forbidContexts();
    return system;
  }

  readonly contender: Contender = {
    name: "auditd",
    hasPrograms: false,
    start: (storm, folder, directory) => RunningAuditd.start(storm, folder, directory),
  };

  async [Symbol.asyncDispose](): Promise<void> {
    const { enabled, failure, backlog_limit, backlog_wait_time } = this.#status;
    await auditctl("-D");
    if (this.#rules === NO_CONTEXTS) await auditctl(NO_CONTEXTS);
    await auditctl(`-e ${enabled}`);
    await auditctl(`-b ${backlog_limit}`);
    await auditctl(`--backlog_wait_time ${backlog_wait_time}`);
    await auditctl(`-f ${failure}`);
  }
}

class RunningAuditd implements RunningSensor {
  readonly output: string;
  readonly expectedEvents: number;
  readonly #daemon: Deno.ChildProcess;
  readonly #storm: Storm;
  #ended = false;
  readonly #kernelThread: number | undefined;

  private constructor(daemon: Deno.ChildProcess, output: string, storm: Storm) {
    this.#daemon = daemon;
    this.output = output;
    this.#storm = storm;
    this.expectedEvents = storm.operations * storm.auditRecordsPerOperation;
    this.#kernelThread = kernelThread("kauditd");
    daemon.status.then(() => this.#ended = true);
  }

  static async start(storm: Storm, folder: string, directory: string): Promise<RunningAuditd> {
    const log = `${folder}/audit.log`;
    await Deno.mkdir(`${folder}/plugins`);
    await Deno.writeTextFile(`${folder}/auditd.conf`, configuration(log, `${folder}/plugins`));
    await auditctl("-D");
    for (const setting of DEBIAN_SETTINGS) await auditctl(setting);
    const daemon = new Deno.Command("auditd", {
      args: ["-n", "-c", folder],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const running = new RunningAuditd(daemon, log, storm);
    try {
      await until("auditd to start", async () => {
        if (running.#ended) throw new TaskError("auditd ended at once; syslog has the reason");
        return (await auditStatus()).pid === daemon.pid;
      });
      for (const rule of storm.auditRules) await auditctl(rule, directory);
      await auditctl("--reset-lost");
    } catch (error) {
      await running[Symbol.asyncDispose]();
      throw error;
    }
    return running;
  }

  processorTimes(): Record<string, ProcessorTime> {
    const sensor = processorTime(this.#daemon.pid);
    if (this.#kernelThread === undefined) return { sensor };
    return { sensor, kauditd: processorTime(this.#kernelThread) };
  }

  ownEvents({ report }: StormRun) {
    const actor = ` ${this.#storm.auditActor}=${report.pid} `;
    return (line: string) => line.startsWith("type=SYSCALL") && line.includes(actor);
  }

  memory(): Figures {
    const { anonymous, file, shared } = residentMemory(this.#daemon.pid);
    return {
      rss_anonymous_kib: anonymous,
      rss_file_without_ring_kib: file,
      rss_shared_kib: shared,
      memory_in_all_kib: anonymous + file + shared,
    };
  }

  async stop(): Promise<Figures> {
    const { lost } = await auditStatus();
    return { counted_lost: lost };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await auditctl("-e 0");
    await forbidContexts();
    if (!this.#ended) this.#daemon.kill("SIGTERM");
    await this.#daemon.status;
  }
}

/** Debian's auditd.conf, but with its log in a place of its own and without rotation. */
function configuration(log: string, plugins: string): string {
  return `local_events = yes
write_logs = yes
log_file = ${log}
log_format = ENRICHED
flush = INCREMENTAL_ASYNC
freq = 50
max_log_file_action = IGNORE
priority_boost = 4
space_left = 75
space_left_action = IGNORE
admin_space_left = 50
admin_space_left_action = IGNORE
disk_full_action = SUSPEND
disk_error_action = SUSPEND
plugin_dir = ${plugins}
`;
}

async function forbidContexts(): Promise<void> {
  await auditctl("-D");
  await auditctl(NO_CONTEXTS);
}

async function auditctl(words: string, directory = ""): Promise<void> {
  await output("auditctl", ...words.split(" ").map((word) => word.replace("@", directory)));
}

async function auditStatus(): Promise<Record<string, number>> {
  const lines = (await output("auditctl", "-s")).matchAll(/^(\w+) (\d+)/gm);
  return Object.fromEntries(Array.from(lines, ([, name, value]) => [name, Number(value)]));
}

function kernelThread(name: string): number | undefined {
  for (const entry of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(entry.name)) continue;
    try {
      if (Deno.readTextFileSync(`/proc/${entry.name}/comm`).trim() === name) {
        return Number(entry.name);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound) && !isGone(error)) throw error;
    }
  }
  return undefined;
}

/** ESRCH: the process ended between the listing and the reading. */
function isGone(error: unknown): boolean {
  return (error as { code?: string }).code === "ESRCH";
}
