/** `monomi replay`: recorded events through rules and sinks. */
import process from "node:process";
import { escapeUnprintable } from "../config/mod.ts";
import { replay as replaySources } from "../sensor/replay.ts";
import type { LogSummary } from "../sensor/replay_source.ts";
import { ResourceMeter } from "../sensor/resources.ts";
import { describe } from "../sensor/summary.ts";
import type { Native } from "../sources/native.ts";
import { RecordFileError } from "../sources/record_file.ts";
import type { Command } from "./command.ts";
import { openOutputs, readSinks } from "./outputs.ts";
import { dropPermissions } from "./permissions.ts";
import { loadPolicy } from "./policy.ts";
import { Progress } from "./progress.ts";
import { openFiles } from "./replay_files.ts";
import { Exit, readArguments, UsageError } from "./usage.ts";

/** Replays files. Needs no privileges. */
async function replayFiles(args: string[], load: () => Native): Promise<number> {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: {
      config: { type: "string", short: "c" },
      security: { type: "boolean" },
      sink: { type: "string", multiple: true },
      stats: { type: "boolean" },
      tree: { type: "boolean" },
    },
  });
  if (positionals.length === 0) throw new UsageError("give a file, or several");
  const chosen = values.config === undefined ? undefined : await loadPolicy(values.config);
  try {
    const files = await openFiles(
      positionals,
      chosen,
      () => loadPolicy(undefined),
      load,
      values.security,
    );
    const sinks = openOutputs(readSinks(values.sink), {
      computer: "-",
      processId: Deno.pid,
      userId: process.geteuid?.() ?? 0,
      tree: values.tree,
      lossless: true,
    }, load);
    using resources = new ResourceMeter();
    const progress = new Progress(files.bytes);
    dropPermissions(sinks.needsNetwork ? ["net"] : []);
    const show = progress.show.bind(progress);
    const summary = await replaySources(files.sources, sinks, resources, show)
      .finally(() => progress.clear());
    for (const { path, file } of files.records) {
      if (file.cut === 0) continue;
      console.error(
        `monomi: ${path}: the file ends in the middle of a record (${file.cut} bytes)`,
      );
    }
    console.error(describe(summary));
    if (values.stats) console.error(JSON.stringify({ summary }));
    const strangers = (summary.logs ?? []).filter(holdsNothing);
    for (const { file } of strangers) {
      console.error(
        `monomi: ${escapeUnprintable(file)}: there is no event in it, nor anything like one`,
      );
    }
    return strangers.length === 0 ? Exit.OK : Exit.NO;
  } catch (error) {
    if (!(error instanceof RecordFileError)) throw error;
    console.error(`monomi: ${error.message}`);
    return Exit.NO;
  }
}

/** Whoever replays a configuration by mistake is not told that all went well. */
function holdsNothing({ events, skipped, problems, trace }: LogSummary): boolean {
  return events + skipped + problems === 0 && trace === undefined;
}

/** The command. */
export const replay: Command = {
  name: "replay",
  group: "capture",
  summary: "send recorded events through a configuration",
  help: `usage: monomi replay [OPTION]… FILE…

Sends recorded events through the same rules and sinks as live capture. Each FILE may be what
'monomi record' wrote, a Windows event log (EVTX), a Windows trace (ETL), or text with events in
JSON or XML, one a line, in a document or behind syslog's prefixes; - is standard input. Several
files are merged by time. Needs no privileges. Nothing is hashed; recorded hashes stay.

  -c, --config FILE     Sysmon configuration; without it record files go through the shipped rules
                        for Linux servers, and everything else is written whole, of a trace also
                        what Sysmon has no event for
  --security            make events also of Windows' own logs: Security 4688, 4689, 5156 become 1, 5
                        and 3, WMI-Activity 5859 and 5861 become 19 and 21
  --sink FORMAT:TARGET  as for monomi run
  --stats               print the summary as one line of JSON, too
  --tree                in pretty output, indent processes under their parents

exit codes: 0 replayed, 1 a record file is damaged or the configuration invalid, 2 wrong usage,
3 could not run`,
  run: replayFiles,
};
