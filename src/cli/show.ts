/** `monomi show FILE`: what a configuration does. */
import { COLORED, PLAIN } from "../explain/mod.ts";
import { jsonText } from "../output/json.ts";
import { configurationToJson, renderAsSysmon, renderConfiguration } from "../show/mod.ts";
import { wantsColor } from "../output/color.ts";
import type { Command } from "./command.ts";
import { readConfiguration } from "./configuration.ts";
import { dropPermissions } from "./permissions.ts";
import { Exit, readArguments, UsageError } from "./usage.ts";

async function showFile(args: string[]): Promise<number> {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: {
      sysmon: { type: "boolean" },
      json: { type: "boolean" },
      permissive: { type: "boolean" },
    },
  });
  if (positionals.length !== 1) throw new UsageError("give one configuration");
  if (values.sysmon && values.json) throw new UsageError("give either --sysmon or --json");
  const style = wantsColor() ? COLORED : PLAIN;
  const config = await readConfiguration(positionals[0], { permissive: values.permissive });
  dropPermissions();
  if (values.json) console.log(jsonText(configurationToJson(config)));
  else if (values.sysmon) console.log(renderAsSysmon(config));
  else console.log(renderConfiguration(config, style));
  return Exit.OK;
}

/** The command. */
export const show: Command = {
  name: "show",
  group: "configurations",
  summary: "print what a configuration does, event by event",
  help: `usage: monomi show [OPTION]… FILE

Prints the options in effect and, for every event, its elements in the order in which they are
tried, their rules and conditions in words, and what happens to an event that none of them matches.
FILE is a file, or - for standard input.

  --sysmon       the layout of sysmon -c, every element included
  --permissive   read the configuration as Sysmon for Linux 1.5.2
  --json         one JSON object on standard output, with lines and columns

exit codes: 0 shown, 1 the configuration is invalid, 2 wrong usage, 3 it could not be read`,
  run: showFile,
};
