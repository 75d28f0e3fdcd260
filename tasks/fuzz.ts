/**
 * Reads damaged configurations: `deno task fuzz [--count N] [--seed N]`.
 *
 * Every input must be read or refused with a place, within a second and 512 MB. The first that is not
 * is written to a file, and the task fails. With `--v8-flags=--expose-gc`, what one extreme input left
 * behind is not counted as the next one's.
 */

import { cpuUsage } from "node:process";
import { parseArgs } from "node:util";
import { Random } from "../src/testing/random.ts";
import { damageText, encodeText } from "./fuzz/damage.ts";
import { EXTREMES } from "./fuzz/extremes.ts";
import { readSeeds, type Seed } from "./fuzz/seeds.ts";
import { type Outcome, tryInput } from "./fuzz/trial.ts";
import { ROOT } from "./shared/paths.ts";
import { asProgram, TaskError } from "./shared/task.ts";

const USAGE = "usage: deno task fuzz [--count N] [--seed N]";
const RETRIES = 3;
const MAX_MILLISECONDS = 1_000;
const MAX_MEMORY_BYTES = 512 * 2 ** 20;
/** Linting and compiling are tried with one input in so many. */
const FURTHER_EVERY = 8;
const FAILED_INPUT = `${ROOT}/build/fuzz-failure`;

interface Input {
  readonly name: string;
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly permissive: boolean;
  readonly further: boolean;
}

const slowest = { name: "", milliseconds: 0 };

await asProgram(import.meta.main, async () => {
  const { count, seed } = readOptions();
  console.log(`deno task fuzz --count ${count} --seed ${seed}`);
  const seeds = await readSeeds();
  const outcomes: Record<Outcome, number> = { loaded: 0, refused: 0 };
  for (const { name, file, make } of EXTREMES) {
    const bytes = new TextEncoder().encode(make());
    for (const permissive of [false, true]) {
      outcomes[await attempt({ name, file, bytes, permissive, further: true })]++;
      collectGarbage();
    }
  }
  for (let i = 0; i < count; i++) outcomes[await attempt(damagedInput(seeds, seed + i))]++;
  const peak = await peakMemory();
  if (peak > MAX_MEMORY_BYTES) throw new TaskError(`${megabytes(peak)} of memory were used`);
  console.log(
    `${seeds.length} seeds: ${outcomes.loaded} loaded, ${outcomes.refused} refused; ` +
      `slowest ${slowest.milliseconds.toFixed(0)} ms (${slowest.name}); peak ${megabytes(peak)}`,
  );
});

function readOptions(): { count: number; seed: number } {
  const options = { count: { type: "string" }, seed: { type: "string" } } as const;
  try {
    const { values } = parseArgs({ args: Deno.args, options });
    const count = Number(values.count ?? 1_000_000);
    const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
    if (![count, seed].every(Number.isSafeInteger)) throw new TypeError("N is a whole number");
    return { count, seed };
  } catch (error) {
    throw new TaskError(`${(error as Error).message}\n${USAGE}`);
  }
}

function damagedInput(seeds: readonly Seed[], number: number): Input {
  const random = new Random(number);
  const { file, text } = random.of(seeds);
  const damaged = damageText(text, random.of(seeds).text, random);
  return {
    name: `seed ${number}, from ${file}`,
    file,
    bytes: encodeText(damaged, random),
    permissive: random.chance(50),
    further: number % FURTHER_EVERY === 0,
  };
}

async function attempt(input: Input): Promise<Outcome> {
  const { name, file, bytes, permissive, further } = input;
  const once = () => {
    const start = performance.now();
    const before = cpuUsage();
    const outcome = tryInput(bytes, file, permissive, further);
    const { user, system } = cpuUsage(before);
    // While others work, time passes; while the runtime collects, it works on several processors.
    const milliseconds = Math.min(performance.now() - start, (user + system) / 1000);
    return { outcome, milliseconds };
  };
  try {
    let result = once();
    // The machine may have worked for others; the same input is not slow each time by chance.
    for (let again = 0; again < RETRIES && result.milliseconds > MAX_MILLISECONDS; again++) {
      collectGarbage();
      result = once();
    }
    const { outcome, milliseconds } = result;
    if (milliseconds > slowest.milliseconds) Object.assign(slowest, { name, milliseconds });
    if (milliseconds > MAX_MILLISECONDS) throw new TaskError(`took ${milliseconds.toFixed(0)} ms`);
    return outcome;
  } catch (error) {
    await Deno.mkdir(`${ROOT}/build`, { recursive: true });
    await Deno.writeFile(FAILED_INPUT, bytes);
    const profile = permissive ? "permissive" : "validating";
    const detail = error instanceof TaskError ? error.message : (error as Error).stack;
    throw new TaskError(`${name} as ${file}, ${profile}: ${detail}\nThe input: ${FAILED_INPUT}`);
  }
}

function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

/** Of this process since its start, in bytes. */
async function peakMemory(): Promise<number> {
  if (Deno.build.os !== "linux") return Deno.memoryUsage().rss;
  const status = await Deno.readTextFile("/proc/self/status");
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)![1]) * 1024;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MB`;
}
