/** The command line of `check`. */
import { type Code, CODES } from "../config/codes.ts";
import { closest } from "../config/suggest.ts";
import { type Target, TARGETS } from "../lint/targets.ts";
import { readArguments, UsageError } from "./usage.ts";

/** How the result is written; `text` is for people. */
export type Format = "text" | "json" | "sarif" | "github";

/** What `check` is asked to do. */
export interface CheckOptions {
  /** Files, folders, patterns, `-`. */
  readonly arguments: readonly string[];
  readonly format: Format;
  readonly permissive: boolean;
  readonly target: Target | undefined;
  /** Named, or the only one of the target; undefined means either. */
  readonly platform: "linux" | "windows" | undefined;
  /** Warnings that count as errors. */
  readonly denied: (code: Code) => boolean;
  /** Warnings and notes that are not told. */
  readonly allowed: ReadonlySet<Code>;
}

const FORMATS = ["json", "sarif", "github"] as const;
const PLATFORMS = ["linux", "windows"] as const;
const PLATFORM_OF_TARGET = {
  "sysmon": "windows",
  "sysmon-linux": "linux",
  "monomi": undefined,
} as const;

/** Reads the arguments behind `check`. @throws {UsageError} */
export function readCheckOptions(args: readonly string[]): CheckOptions {
  const { values, positionals } = readArguments({
    args: [...args],
    allowPositionals: true,
    options: {
      permissive: { type: "boolean" },
      platform: { type: "string" },
      target: { type: "string" },
      deny: { type: "string", multiple: true },
      allow: { type: "string", multiple: true },
      json: { type: "boolean" },
      sarif: { type: "boolean" },
      github: { type: "boolean" },
    },
  });
  if (positionals.length === 0) throw new UsageError("no file is given");
  const formats = FORMATS.filter((format) => values[format]);
  if (formats.length > 1) throw new UsageError(`--${formats.join(" and --")} exclude each other`);
  const target = oneOf("--target", values.target, TARGETS);
  const platform = oneOf("--platform", values.platform, PLATFORMS);
  const implied = target && PLATFORM_OF_TARGET[target];
  if (implied && platform && implied !== platform) {
    throw new UsageError(`--target ${target} is for ${implied}, not for ${platform}`);
  }
  const denied = (values.deny ?? []).flatMap((text) => text.split(","));
  const deniesAll = denied.includes("warnings");
  const deniedCodes = new Set(denied.filter((text) => text !== "warnings").map(toCode("--deny")));
  const allowed = (values.allow ?? []).flatMap((text) => text.split(","));
  return {
    arguments: positionals,
    format: formats[0] ?? "text",
    permissive: values.permissive ?? false,
    target,
    platform: platform ?? implied,
    denied: (code) => deniesAll || deniedCodes.has(code),
    allowed: new Set(allowed.map(toCode("--allow"))),
  };
}

function oneOf<T extends string>(
  option: string,
  given: string | undefined,
  known: readonly T[],
): T | undefined {
  if (given === undefined) return undefined;
  const found = known.find((value) => value === given);
  if (found === undefined) throw new UsageError(`${option} is one of ${known.join(", ")}`);
  return found;
}

function toCode(option: string): (text: string) => Code {
  return (text) => {
    const code = text.toUpperCase();
    if (Object.hasOwn(CODES, code)) return code as Code;
    const near = closest(text, ["warnings", ...Object.keys(CODES)]);
    throw new UsageError(
      `${option} ${text}: there is no such code` + (near === undefined ? "" : `; is it ${near}?`),
    );
  };
}
