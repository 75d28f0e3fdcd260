/** Two sensors at a time, and a sensor beside others' tools: all see everything. */
import assert from "node:assert/strict";
import { AuditSystem } from "../tasks/bench/auditd.ts";
import type { Storm as BenchStorm } from "../tasks/bench/storm.ts";
import { captureTest, Folder, isInstalled } from "./support/environment.ts";
import { Loads } from "./support/loads.ts";
import { Storm, Witness } from "./support/mixed_storm.ts";
import { until } from "./support/waiting.ts";

const SECONDS = 2;

captureTest(
  "two sensors see the same, and one that comes and goes takes nothing away",
  async () => {
    using loads = new Loads();
    using folder = new Folder();
    await using first = await Witness.start(folder);
    const storms: Storm[] = [];
    {
      await using second = await Witness.start(folder);
      const both = await Storm.run(loads, folder, SECONDS);
      // Its end falls into the next storm.
      const running = Storm.run(loads, folder, SECONDS);
      await second.stop();
      storms.push(both, await running);
      assert.deepEqual(second.unexplained(both), []);
    }
    const running = Storm.run(loads, folder, SECONDS);
    await using third = await Witness.start(folder);
    storms.push(await running);
    await third.stop();
    await first.stop();
    for (const storm of storms) assert.deepEqual(first.unexplained(storm), []);
  },
);

const BPFTRACE = `
tracepoint:syscalls:sys_exit_unlink /comm == "mixed_storm" && args->ret == 0/ { @unlinked = count(); }
tracepoint:raw_syscalls:sys_exit /comm == "mixed_storm"/ { @calls = count(); }
tracepoint:syscalls:sys_enter_bpf /comm == "mixed_storm"/ { @bpf = count(); }
tracepoint:sched:sched_process_exec /comm == "mixed_storm"/ { @executed = count(); }
BEGIN { printf("attached\\n"); }`;

/** A running bpftrace. */
class Tracer implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  #said = "";
  #ended = false;

  private constructor(program: string) {
    // Buffered by line on standard output alone, not in a file of its own.
    this.#process = new Deno.Command("bpftrace", {
      args: ["-B", "line", "-e", program],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#process.status.then(() => this.#ended = true);
    this.#reading = this.#read();
  }

  static async start(program: string): Promise<Tracer> {
    const tracer = new Tracer(program);
    await until("bpftrace", () => {
      assert.ok(!tracer.#ended, "bpftrace ended");
      return tracer.#said.includes("attached");
    });
    return tracer;
  }

  /** Ends it; what it counted, by name. */
  async stop(): Promise<Record<string, number>> {
    this.#process.kill("SIGINT");
    await this.#reading;
    const counts = this.#said.matchAll(/^@(\w+): (\d+)$/gm);
    return Object.fromEntries(counts.map(([, name, count]) => [name, Number(count)]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#reading;
  }

  async #read(): Promise<void> {
    const text = this.#process.stdout.pipeThrough(new TextDecoderStream());
    for await (const part of text) this.#said += part;
  }
}

captureTest("bpftrace on the same hooks", async () => {
  using loads = new Loads();
  using folder = new Folder();
  await loads.program("mixed_storm");
  await using sensor = await Witness.start(folder);
  await using tracer = await Tracer.start(BPFTRACE);
  const storm = await Storm.run(loads, folder, SECONDS);
  const { unlinked, bpf } = await tracer.stop();
  await sensor.stop();
  assert.deepEqual(sensor.unexplained(storm), []);
  assert.equal(unlinked, storm.done.get(26));
  assert.equal(bpf, storm.done.get(100));
}, isInstalled("bpftrace") ? undefined : "bpftrace is not installed");

const AUDITED: BenchStorm = {
  name: "files",
  operation: "file removed",
  operations: 0,
  program: "mixed_storm",
  args: () => [],
  setups: [],
  eventsPerOperation: 0,
  isOwn: () => () => false,
  auditRules: ["-a always,exit -F arch=b64 -S unlink -F dir=@ -k monomi"],
  auditRecordsPerOperation: 1,
  auditActor: "pid",
};

captureTest("auditd", async (t) => {
  const audit = await AuditSystem.open();
  const reason = typeof audit === "string" ? ` (skipped: ${audit})` : "";
  await t.step({
    name: `with a rule on the same calls${reason}`,
    ignore: typeof audit === "string",
    fn: () => besideAuditd(audit as AuditSystem),
  });
}, isInstalled("auditd") ? undefined : "auditd is not installed");

async function besideAuditd(audit: AuditSystem): Promise<void> {
  await using system = audit;
  using loads = new Loads();
  using folder = new Folder();
  await loads.program("mixed_storm");
  await using sensor = await Witness.start(folder);
  const own = folder.at("audit");
  await Deno.mkdir(own);
  await using daemon = await system.contender.start(AUDITED, own, folder.path);
  const storm = await Storm.run(loads, folder, SECONDS);
  await sensor.stop();
  assert.deepEqual(sensor.unexplained(storm), []);
  await until(
    "the last audit record",
    () => auditedBy(storm, daemon.output) >= storm.done.get(26)!,
  );
  assert.equal(auditedBy(storm, daemon.output), storm.done.get(26));
  assert.deepEqual(await daemon.stop(), { counted_lost: 0 });
}

function auditedBy({ workers }: Storm, log: string): number {
  let count = 0;
  for (const line of Deno.readTextFileSync(log).split("\n")) {
    const pid = / pid=(\d+) /.exec(line);
    if (!line.includes('key="monomi"') || pid === null) continue;
    if (workers.has(Number(pid[1]))) count++;
  }
  return count;
}
