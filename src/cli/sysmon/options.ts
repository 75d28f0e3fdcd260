/**
 * Options given as switches become part of the configuration (config-semantics 2.2): what is stored
 * is one Sysmon configuration that says everything.
 */
import { loadConfig, parseHashAlgorithms } from "../../config/mod.ts";
import { formatVersion, NEWEST_VERSION } from "../../schema/mod.ts";
import type { Given as GivenFile } from "../given_configuration.ts";
import type { Given } from "./parse.ts";
import type { SwitchName } from "./table.ts";

/** The options of a command line cannot be used; the message is Sysmon's where it has one. */
export class OptionError extends Error {
  override readonly name = "OptionError";
}

const ON_WINDOWS = Deno.build.os === "windows";

/** Switches that change a configuration, as elements; those of old schema versions have no effect. */
const ELEMENTS: Readonly<Partial<Record<SwitchName, string>>> = {
  ...(ON_WINDOWS
    ? {
      ArchiveDirectory: "ArchiveDirectory",
      CheckRevocation: "CheckRevocation",
      DriverName: "DriverName",
    }
    : {}),
  HashAlgorithms: "HashAlgorithms",
  ProcessAccess: "ProcessAccessConfig",
  PipeMonitoring: "PipeMonitoringConfig",
};
const RULES = ["NetworkConnect", "ImageLoad"] as const satisfies readonly SwitchName[];
const WITHOUT_EFFECT: readonly SwitchName[] = [
  "CopyOnDelete_PE",
  "CopyOnDelete_SIDs",
  "CopyOnDelete_Extensions",
  "CopyOnDelete_Processes",
];
const MOST_PROCESSES = 9;
const END = "</Sysmon>";

/** Whether the command line sets anything besides a file. */
export function hasOptions(given: Given): boolean {
  return [...Object.keys(ELEMENTS), ...RULES, ...WITHOUT_EFFECT]
    .some((name) => given.has(name as SwitchName));
}

/** What Sysmon installs without a file: every event as its type has it. */
export const SYSMON_DEFAULTS = `<Sysmon schemaversion="${
  formatVersion(NEWEST_VERSION[ON_WINDOWS ? "windows" : "linux"].number)
}">
  <EventFiltering>
  </EventFiltering>
</Sysmon>
`;

/** @throws {OptionError} for values that Sysmon refuses (L8). */
export function checkOptions(given: Given): void {
  const { unknown } = parseHashAlgorithms(given.get("HashAlgorithms") ?? "");
  if (unknown !== undefined) throw new OptionError(`Invalid hashing algorithm: ${unknown}`);
  const processes = given.get("ProcessAccess")?.split(",") ?? [];
  if (processes.length > MOST_PROCESSES) {
    throw new OptionError("Too many entries to monitor for process access. Maximum is 10.");
  }
  if (given.get("ArchiveDirectory")?.includes("\\")) {
    throw new OptionError("Archive directory must be a single path component.");
  }
}

/**
 * The text of the configuration with the command line's options in it; what the file says goes
 * before (C5).
 *
 * @throws {OptionError} where they contradict each other
 */
export function withOptions({ config, configuration }: GivenFile, given: Given): string {
  if (configuration.language !== "xml") {
    throw new OptionError("A YAML configuration takes no switches: write the options into it.");
  }
  const { source, options, elements } = config!;
  const names = new Set(options.entries.map(({ name }) => name));
  const entries = Object.entries(ELEMENTS).flatMap(([name, element]) => {
    const value = given.get(name as SwitchName);
    return !given.has(name as SwitchName) || names.has(element)
      ? []
      : [`  <${element}>${escape(value ?? "")}</${element}>\n`];
  });
  const rules = RULES.filter((name) => given.has(name)).map((tag) => {
    if (elements.some((element) => element.tag === tag && element.onmatch === "exclude")) {
      throw new OptionError(`Incompatible configuration and command-line rule on ${tag}`);
    }
    return ruleFor(tag, given.get(tag));
  });
  const filtering = rules.length === 0
    ? ""
    : `  <EventFiltering>\n${rules.join("")}  </EventFiltering>\n`;
  const text = source.text.replace(/^\s*<\?xml[^]*?\?>\s*/, "")
    .replace(/<Sysmon([^<>]*)\/>\s*$/, `<Sysmon$1>\n${END}\n`);
  const end = text.lastIndexOf(END);
  const whole = text.slice(0, end) + entries.join("") + filtering + text.slice(end);
  const { diagnostics, config: result } = loadConfig(
    new TextEncoder().encode(whole),
    "options.xml",
  );
  if (result !== undefined) return whole;
  const { message } = diagnostics.find(({ severity }) => severity === "error")!;
  throw new OptionError(`The switches do not fit into the file: ${message}`);
}

/** Without a list everything is logged. */
function ruleFor(tag: string, list: string | undefined): string {
  if (list === undefined) return `    <${tag} onmatch="exclude"/>\n`;
  const images = list.split(",").map((image) =>
    `        <Image condition="image">${escape(image)}</Image>\n`
  );
  return `    <RuleGroup groupRelation="or">\n      <${tag} onmatch="include">\n${
    images.join("")
  }` +
    `      </${tag}>\n    </RuleGroup>\n`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
