/** The files that `monomi replay` is given: record files and logs, told apart by their content. */
import { KEEP_EVERYTHING, type Policy } from "../sensor/policy.ts";
import { LogSource, RecordSource, type ReplaySource } from "../sensor/replay_source.ts";
import { EventLogError, type LogOptions, readEventLog } from "../sources/logs/mod.ts";
import { type Native, NativeError } from "../sources/native.ts";
import { isRecordFile, openRecordFile, type RecordFile } from "../sources/record_file.ts";
import { readFailure } from "./configuration.ts";
import { describeProblem } from "./log_problems.ts";
import { Exit, Failure, UsageError } from "./usage.ts";

/** What is replayed. */
export interface ReplayFiles {
  readonly sources: readonly ReplaySource[];
  readonly records: readonly { readonly path: string; readonly file: RecordFile }[];
  /** Bytes of all files together; of standard input, none. */
  readonly bytes: number;
}

/** Lines about damage printed for all files together. */
const MAX_PROBLEMS = 100;

/**
 * Opens the files. Without a configuration of the user's (`chosen`), record files go through
 * `shipped` and logs, which somebody's sensor filtered already, are kept whole. `windowsLogs`: see
 * `LogOptions`.
 *
 * @throws {Failure} for a file that cannot be read
 */
export async function openFiles(
  paths: readonly string[],
  chosen: Policy | undefined,
  shipped: () => Promise<Policy>,
  load: () => Native,
  windowsLogs = false,
): Promise<ReplayFiles> {
  if (paths.filter((path) => path === "-").length > 1) {
    throw new UsageError("- can be given only once");
  }
  const sources: ReplaySource[] = [];
  const records: { path: string; file: RecordFile }[] = [];
  let bytes = 0;
  let problems = 0;
  const onProblem = (problem: Parameters<typeof describeProblem>[0]) => {
    problems++;
    if (problems <= MAX_PROBLEMS) console.error(`monomi: ${describeProblem(problem)}`);
    if (problems === MAX_PROBLEMS) console.error("monomi: further damage is only counted");
  };
  for (const path of paths) {
    if (path !== "-") bytes += sizeOf(path);
    if (path !== "-" && isRecordFile(path)) {
      const file = openRecordFile(path);
      records.push({ path, file });
      sources.push(new RecordSource(file, chosen ?? await shipped()));
      continue;
    }
    const everything = chosen === undefined;
    const log = await openLog(path, { native: load, everything, windowsLogs });
    sources.push(new LogSource(log, chosen ?? KEEP_EVERYTHING, onProblem));
  }
  return { sources, records, bytes };
}

async function openLog(path: string, options: LogOptions) {
  try {
    return await readEventLog(path, options);
  } catch (error) {
    const isOurs = error instanceof EventLogError || error instanceof NativeError;
    throw unreadable(path, isOurs ? error.message : readFailure(error));
  }
}

function sizeOf(path: string): number {
  try {
    const { size, isDirectory } = Deno.statSync(path);
    if (isDirectory) throw unreadable(path, "it is a directory");
    return size;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw unreadable(path, readFailure(error));
  }
}

function unreadable(path: string, reason: string): Failure {
  return new Failure(`cannot read ${path}: ${reason}`, Exit.COULD_NOT_RUN);
}
