/**
 * Measures what the sensor costs: storms beside the same storms without it, idling, starting; how
 * fast rules are applied, configurations checked and recorded files replayed.
 *
 * See docs/performance.md. Needs root for all but the last three. Raw figures go to bench/results, medians to standard output.
 */

import { captureImpossible, Folder, MONOMI } from "../tests/support/environment.ts";
import { Loads } from "../tests/support/loads.ts";
import { AuditSystem } from "./bench/auditd.ts";
import { runCheck } from "./bench/check.ts";
import type { Contender } from "./bench/contender.ts";
import { runIdle } from "./bench/idle.ts";
import { machineFigures, OwnTmpfs } from "./bench/machine.ts";
import { monomiContender } from "./bench/monomi.ts";
import { type Options, parseOptions, WITHOUT_CAPTURE } from "./bench/options.ts";
import { report } from "./bench/report.ts";
import { Results } from "./bench/results.ts";
import { runStorm } from "./bench/rounds.ts";
import { runReplay } from "./bench/replay.ts";
import { runRules } from "./bench/rules/run.ts";
import { runStart } from "./bench/start.ts";
import { STORMS } from "./bench/storm.ts";
import { pack } from "./pack.ts";
import { sha256 } from "./shared/digest.ts";
import { PACKED, ROOT } from "./shared/paths.ts";
import { asProgram, TaskError } from "./shared/task.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const IDLE_SECONDS = 30;
const RESULTS = `${ROOT}/bench/results`;

let isInterrupted = false;

await asProgram(import.meta.main, async () => {
  const options = parseOptions(Deno.args);
  const captures = options.benchmarks.some((name) => !WITHOUT_CAPTURE.includes(name));
  if (captures && captureImpossible !== undefined) {
    throw new TaskError(`cannot capture: ${captureImpossible}`);
  }
  if (MONOMI === PACKED) await pack();
  const results = new Results();
  results.add("machine", "", 0, {
    ...await machineFigures(),
    monomi_sha256: await sha256(MONOMI),
    scale: options.scale,
  });
  await untilInterrupted(() => runBenchmarks(options, results));
  const path = await save(results);
  console.log(report(results));
  if (options.scale !== 1) console.log(`\nScaled by ${options.scale}: not to be compared.`);
  console.log(`\nRaw figures: ${path}`);
});

async function runBenchmarks(options: Options, results: Results): Promise<void> {
  const { benchmarks, rounds, scale } = options;
  const storms = STORMS.filter(({ name }) => benchmarks.includes(name));
  if (storms.length > 0) await runStorms(storms, options, results);
  if (benchmarks.includes("idle")) {
    say("idle");
    await runIdle(IDLE_SECONDS * scale, results);
  }
  if (benchmarks.includes("start")) {
    say("start");
    await runStart(rounds, results);
  }
  if (benchmarks.includes("rules")) {
    await unlessMissing(() => runRules(rounds, scale, results, say));
  }
  if (benchmarks.includes("check")) {
    say("check");
    await unlessMissing(() => runCheck(rounds, results));
  }
  if (benchmarks.includes("replay")) {
    await unlessMissing(() => runReplay(rounds, scale, results, say));
  }
}

/** Leaves a benchmark out, and says so, where the corpus that it reads is not there. */
async function unlessMissing(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error(`left out: ${error.message}`);
  }
}

async function runStorms(
  storms: typeof STORMS,
  { rounds, scale, directory }: Options,
  results: Results,
): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const loads = resources.use(new Loads());
  const parent = directory ?? resources.use(await OwnTmpfs.mount()).path;
  const own = resources.use(new Folder(parent));
  const audit = await AuditSystem.open();
  if (typeof audit === "string") console.log(`Without auditd: ${audit}.\n`);
  else resources.use(audit);
  for (const storm of storms) {
    const scaled = { ...storm, operations: Math.ceil(storm.operations * scale) };
    const contenders: Contender[] = storm.setups.map(monomiContender);
    if (typeof audit !== "string") contenders.push(audit.contender);
    await runStorm(scaled, contenders, { loads, directory: own.path, rounds, results, say });
  }
}

/** Lets a signal end `work` in order, so that what it changed on the machine is put back. */
async function untilInterrupted(work: () => Promise<void>): Promise<void> {
  const interrupt = () => isInterrupted = true;
  for (const signal of SIGNALS) Deno.addSignalListener(signal, interrupt);
  try {
    await work();
  } catch (error) {
    // Ctrl-C ends the storm and the sensor, too, which then fail for this reason alone.
    throw isInterrupted ? new TaskError("interrupted, nothing was saved") : error;
  } finally {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, interrupt);
  }
}

/** Tells what comes next. @throws {TaskError} when it should not come any more. */
function say(text: string): void {
  if (isInterrupted) throw new TaskError("interrupted");
  console.error(`> ${text}`);
}

/** Writes the raw figures to a new file; gives its path. */
async function save(results: Results): Promise<string> {
  await Deno.mkdir(RESULTS, { recursive: true });
  const name = `${new Date().toISOString().slice(0, 10)}-${Deno.osRelease()}`;
  for (let attempt = 1;; attempt++) {
    const path = `${RESULTS}/${name}${attempt === 1 ? "" : `-${attempt}`}.csv`;
    try {
      await Deno.writeTextFile(path, results.csv(), { createNew: true });
      return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}
