/** `monomi coverage`: which ATT&CK techniques and events a configuration makes visible. */
import { resolve } from "node:path";
import {
  compareVisibility,
  coverageOf,
  coverageToJson,
  navigatorLayer,
  renderCoverage,
  renderMarkdown,
} from "../attack/mod.ts";
import { jsonText } from "../output/json.ts";
import { wantsColor } from "../output/color.ts";
import type { Command } from "./command.ts";
import { readConfiguration } from "./configuration.ts";
import { dropPermissions, isOutOfReach } from "./permissions.ts";
import { Exit, readArguments, UsageError } from "./usage.ts";

const FORMATS = ["json", "markdown", "navigator"] as const;

async function showCoverage(args: string[]): Promise<number> {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: {
      compare: { type: "string" },
      navigator: { type: "boolean" },
      markdown: { type: "boolean" },
      json: { type: "boolean" },
      permissive: { type: "boolean" },
    },
  });
  if (positionals.length !== 1) throw new UsageError("give one configuration");
  const formats = FORMATS.filter((format) => values[format]);
  if (formats.length > 1) {
    throw new UsageError(`give only one of ${formats.map((name) => `--${name}`).join(", ")}`);
  }
  const [file] = positionals;
  const paths = [file, ...values.compare === undefined ? [] : [values.compare]];
  if (paths.filter((path) => path === "-").length > 1) {
    throw new UsageError("- can be given only once");
  }
  const color = wantsColor();
  if (!paths.some((path) => isOutOfReach(resolve(path)))) dropPermissions();
  const coverages = [];
  for (const path of paths) {
    coverages.push(coverageOf(await readConfiguration(path, { permissive: values.permissive })));
  }
  const [coverage, other] = coverages;
  const visibility = compareVisibility(coverage, other);
  switch (formats[0]) {
    case "json":
      console.log(jsonText(coverageToJson(coverage, visibility)));
      break;
    case "navigator":
      console.log(jsonText(navigatorLayer(coverage)));
      break;
    case "markdown":
      console.log(renderMarkdown(coverage, visibility));
      break;
    default:
      console.log(renderCoverage(coverage, visibility, { color }));
  }
  return Exit.OK;
}

/** The command. */
export const coverage: Command = {
  name: "coverage",
  group: "configurations",
  summary: "list the ATT&CK techniques that a configuration names",
  help: `usage: monomi coverage [OPTION]… FILE

Lists the ATT&CK techniques in the names of include rules, with the events that show them, and what
is visible only with this configuration: compared with Sysmon's defaults, or with another one.

  --compare OTHER  compare with another configuration
  --navigator      print a layer for the ATT&CK Navigator (format 4.5)
  --markdown       print Markdown
  --permissive     read the configurations as Sysmon for Linux 1.5.2
  --json           one JSON object on standard output

exit codes: 0 done, 1 a configuration is invalid, 2 wrong usage, 3 it could not be read`,
  run: showCoverage,
};
