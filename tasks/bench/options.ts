/** The command line of `deno task bench`. */

import { parseArgs } from "node:util";
import { TaskError } from "../shared/task.ts";

/** Every benchmark, in the order in which they run. */
export const BENCHMARKS = [
  "exec",
  "files",
  "connect",
  "idle",
  "start",
  "rules",
  "check",
  "replay",
] as const;

/** Those that capture nothing: they need no privileges, but the corpus. */
export const WITHOUT_CAPTURE: readonly Benchmark[] = ["rules", "check", "replay"];

/** The name of a benchmark. */
export type Benchmark = typeof BENCHMARKS[number];

const USAGE = `usage: deno task bench [exec] [files] [connect] [idle] [start] [rules] [check]
                       [replay] [OPTION]...
  --rounds N        rounds of each storm, and launches; 5
  --directory DIR   where the file storm works; without it a tmpfs of its own
  --scale X         multiplies operations and seconds, to try out the benchmark itself; 1`;

/** What was asked for. */
export interface Options {
  readonly benchmarks: readonly Benchmark[];
  readonly rounds: number;
  /** Undefined: a tmpfs that is mounted and unmounted by the benchmark. */
  readonly directory: string | undefined;
  /** Multiplies operations and seconds; 1 gives figures that can be compared. */
  readonly scale: number;
}

/** Reads the arguments. @throws {TaskError} with the usage. */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parsed(args);
  const unknown = positionals.find((name) => !isBenchmark(name));
  if (unknown !== undefined) throw new TaskError(`there is no benchmark ${unknown}\n${USAGE}`);
  const rounds = Number(values.rounds ?? 5);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new TaskError(`--rounds takes a whole number from 1\n${USAGE}`);
  }
  const scale = Number(values.scale ?? 1);
  if (!(scale > 0)) throw new TaskError(`--scale takes a number above 0\n${USAGE}`);
  const chosen = BENCHMARKS.filter((name) => positionals.includes(name));
  const benchmarks = chosen.length === 0 ? BENCHMARKS : chosen;
  return { benchmarks, rounds, scale, directory: values.directory };
}

function isBenchmark(name: string): name is Benchmark {
  return (BENCHMARKS as readonly string[]).includes(name);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: "string" },
        directory: { type: "string" },
        scale: { type: "string" },
      },
    });
  } catch (error) {
    throw new TaskError(`${(error as Error).message}\n${USAGE}`);
  }
}
