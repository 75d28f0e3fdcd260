/** `monomi replay`: a recorded capture through the same rules and sinks. */
import process from "node:process";
import { replayRecords } from "../sensor/replay.ts";
import { ResourceMeter } from "../sensor/resources.ts";
import { describe } from "../sensor/summary.ts";
import type { Native } from "../sources/native.ts";
import { openRecordFile, RecordFileError } from "../sources/record_file.ts";
import type { Command } from "./command.ts";
import { openOutputs } from "./outputs.ts";
import { dropPermissions } from "./permissions.ts";
import { loadPolicy } from "./policy.ts";
import { Exit, readArguments, UsageError } from "./usage.ts";

/** Replays a record file. Needs no privileges. */
async function replayFile(args: string[], load: () => Native): Promise<number> {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: {
      config: { type: "string", short: "c" },
      sink: { type: "string", multiple: true },
      stats: { type: "boolean" },
      tree: { type: "boolean" },
    },
  });
  if (positionals.length !== 1) throw new UsageError("give one record file");
  const policy = await loadPolicy(values.config);
  try {
    const file = openRecordFile(positionals[0]);
    const sinks = openOutputs(values.sink ?? [], {
      computer: file.host.computer,
      processId: Deno.pid,
      userId: process.geteuid!(),
      tree: values.tree,
      lossless: true,
    }, load);
    using resources = new ResourceMeter();
    dropPermissions();
    const summary = await replayRecords(file, policy, sinks, resources);
    file.close();
    if (file.cut > 0) {
      console.error(
        `monomi: ${positionals[0]}: the file ends in the middle of a record (${file.cut} bytes)`,
      );
    }
    console.error(describe(summary));
    if (values.stats) console.error(JSON.stringify({ summary }));
    return Exit.OK;
  } catch (error) {
    if (!(error instanceof RecordFileError)) throw error;
    console.error(`monomi: ${error.message}`);
    return Exit.NO;
  }
}

/** The command. */
export const replay: Command = {
  name: "replay",
  group: "capture",
  summary: "send a record file through a configuration",
  help: `usage: monomi replay [OPTION]… FILE

Sends a record file through the same rules and sinks as live capture. Needs no privileges. Images
are not hashed.

  -c, --config FILE     Sysmon configuration; without it the shipped rules for Linux servers
  --sink FORMAT:TARGET  as for monomi run
  --stats               print the summary as one line of JSON, too
  --tree                in pretty output, indent processes under their parents`,
  run: replayFile,
};
