/** `monomi diff`: what differs between two configurations in effect. */
import { resolve } from "node:path";
import type { Config } from "../config/mod.ts";
import {
  compareConfigs,
  differenceToJson,
  isDifferent,
  renderDifference,
  renderVerdicts,
  VerdictComparison,
  type VerdictSummary,
} from "../diff/mod.ts";
import { jsonText } from "../output/json.ts";
import { type EventLog, EventLogError, isEvent, readEventLog } from "../sources/logs/mod.ts";
import type { Native } from "../sources/native.ts";
import { wantsColor } from "../output/color.ts";
import type { Command } from "./command.ts";
import { readConfiguration, readFailure } from "./configuration.ts";
import { describeProblem } from "./log_problems.ts";
import { nativeForLogs } from "./native_for_logs.ts";
import { dropPermissions, isOutOfReach } from "./permissions.ts";
import { PolicyError } from "./policy.ts";
import { Exit, readArguments, UsageError } from "./usage.ts";

const DEFAULT_LIMIT = 5;
const LARGEST_LIMIT = 10_000;

async function diffConfigurations(args: string[], load: () => Native): Promise<number> {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: {
      events: { type: "string", multiple: true },
      limit: { type: "string" },
      permissive: { type: "boolean" },
      json: { type: "boolean" },
    },
  });
  const [first, second, ...logs] = positionals;
  if (second === undefined) throw new UsageError("give two configurations");
  if (first === "-" && second === "-") throw new UsageError("- can be given only once");
  if (logs.length > 0 && values.events === undefined) {
    throw new UsageError("give two configurations, and recorded events behind --events");
  }
  const limit = readLimit(values.limit);
  const color = wantsColor();
  const before = await readConfiguration(first, { permissive: values.permissive });
  const after = await readConfiguration(second, { permissive: values.permissive });
  const paths = [...values.events ?? [], ...logs];
  const native = await nativeForLogs(paths, load);
  if (!paths.some((path) => isOutOfReach(resolve(path)))) dropPermissions();
  const difference = compareConfigs(before, after);
  const verdicts = paths.length === 0
    ? undefined
    : await compareEvents(before, after, paths, limit, native);
  if (values.json) {
    console.log(jsonText(differenceToJson(difference, verdicts)));
  } else {
    console.log(renderDifference(difference, { color }));
    if (verdicts !== undefined) console.log(`\n${renderVerdicts(verdicts, { color })}`);
  }
  const changed = isDifferent(difference) || (verdicts?.groups.length ?? 0) > 0;
  return changed ? Exit.NO : Exit.OK;
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = Number(text);
  if (/^\d{1,5}$/.test(text) && limit <= LARGEST_LIMIT) return limit;
  throw new UsageError(`--limit takes a number from 0 to ${LARGEST_LIMIT}`);
}

async function compareEvents(
  before: Config,
  after: Config,
  paths: readonly string[],
  limit: number,
  native: Native | undefined,
): Promise<VerdictSummary> {
  const comparison = new VerdictComparison(before, after, limit);
  for (const path of paths) {
    const log = await openLog(path, native);
    for await (const item of log) {
      if (isEvent(item)) comparison.add(item);
      else console.error(describeProblem(item));
    }
  }
  return comparison.summary();
}

async function openLog(path: string, native: Native | undefined): Promise<EventLog> {
  try {
    return await readEventLog(path, native && { native: () => native });
  } catch (error) {
    const reason = error instanceof EventLogError ? error.message : readFailure(error);
    throw new PolicyError(`cannot read ${path}: ${reason}`, Exit.COULD_NOT_RUN);
  }
}

/** The command. */
export const diff: Command = {
  name: "diff",
  group: "configurations",
  summary: "tell what differs between two configurations in effect",
  help: `usage: monomi diff [OPTION]… A B [--events FILE…]

Compares what two configurations do, not how they are written: options, what happens to every event
by default, and rules that were removed, added, changed, renamed or moved so that other RuleNames
result. A or B may be - for standard input.

  --events FILE…  also send recorded events (EVTX, JSON, XML) through both configurations
  --limit N       show at most N events of each kind of change (5)
  --permissive    read the configurations as Sysmon for Linux 1.5.2
  --json          one JSON object on standard output

exit codes: 0 no difference, 1 there is one or a configuration is invalid, 2 wrong usage, 3 could
not read`,
  run: diffConfigurations,
};
