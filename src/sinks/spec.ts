/**
 * One sink: `FORMAT:TARGET[,KEY=VALUE]…` as typed, or its parts as a settings file has them.
 */
import { SINK_FORMATS, type SinkFormat } from "./formats.ts";
import type { SinkPlace } from "./kind.ts";
import { kindOfTarget } from "./kinds.ts";
import { Settings, shownInput, SinkSyntaxError } from "./settings.ts";

/** One sink. */
export interface SinkSpec {
  readonly format: SinkFormat;
  readonly place: SinkPlace;
  /** Whether it needs the network. */
  readonly isRemote: boolean;
  /** Bytes on disk for what the receiver cannot take yet; 0: none. */
  readonly spoolBytes: number;
  /** Which events go when the spool is full. */
  readonly spoolFull: SpoolFull;
}

/** Which events are dropped when there is no room for more: those that wait longest, or the new. */
export type SpoolFull = "oldest" | "newest";

/** An option's value as YAML has it. */
export type OptionValue = string | number | boolean;

const USAGE = "write FORMAT:TARGET, such as json:- or xml:/var/log/monomi/events.xml,size=100M";
const TARGETS = "use -, a path, syslog, journald, syslog+udp://, syslog+tcp://, syslog+tls://, " +
  "https://, splunk+https://, elastic+https://, azure+https://, otlp+https:// or kafka://";
const DEFAULT_SPOOL_BYTES = 256 * 2 ** 20;
const SMALLEST_SPOOL_BYTES = 2 ** 20;

/**
 * Reads `FORMAT:TARGET[,KEY=VALUE]…`; a comma in the target is written twice. Targets and options
 * are those of {@link sinkFromParts}.
 *
 * @throws {SinkSyntaxError}
 */
export function parseSink(text: string): SinkSpec {
  const colon = text.indexOf(":");
  const refusal = (why: string) => new Settings(text, new Map()).refusal(why);
  if (colon < 0) throw refusal(USAGE);
  const [target, ...options] = splitAtCommas(text.slice(colon + 1));
  const values = new Map<string, string>();
  for (const option of options) {
    const equals = option.indexOf("=");
    if (equals < 1) {
      throw refusal(`${shownInput(option)} is not KEY=VALUE; write a comma in a path twice`);
    }
    const key = option.slice(0, equals);
    if (values.has(key)) throw refusal(`${shownInput(key)} is given twice`);
    values.set(key, option.slice(equals + 1));
  }
  return sinkFromValues(text, text.slice(0, colon), target, values);
}

/**
 * A sink from its parts, such as `("json", "/var/log/x", { size: "100M", count: 5 })`. The target is
 * `-` (standard output), one of `KINDS` (kinds.ts), or a file's path. Every remote target takes
 * `spool` (bytes on disk, 0 for none) and `full` (`oldest` or `newest`: what goes when it is full).
 *
 * @throws {SinkSyntaxError}
 */
export function sinkFromParts(
  format: string,
  target: string,
  options: Readonly<Record<string, OptionValue>> = {},
): SinkSpec {
  const values = new Map(Object.entries(options).map(([key, value]) => [key, String(value)]));
  const parts = [target, ...[...values].map(([key, value]) => `${key}=${value}`)];
  const text = `${format}:${parts.map((part) => part.replaceAll(",", ",,")).join(",")}`;
  return sinkFromValues(text, format, target, values);
}

function sinkFromValues(
  text: string,
  formatName: string,
  target: string,
  values: ReadonlyMap<string, string>,
): SinkSpec {
  const settings = new Settings(text, values);
  const format = SINK_FORMATS.find((name) => name === formatName);
  if (format === undefined) {
    throw settings.refusal(
      `${shownInput(formatName)} is not a format; use ${SINK_FORMATS.join(", ")}`,
    );
  }
  if (target === "") throw settings.refusal(`the target is missing; ${USAGE}`);
  if (/\p{Cc}/u.test(text)) throw settings.refusal("control characters are not allowed");
  const kind = kindOfTarget(target);
  if (kind === undefined) throw settings.refusal(`there is no such kind of target; ${TARGETS}`);
  const place = kind.read(target, settings);
  if (kind.format !== undefined && format !== kind.format) {
    throw settings.refusal(`this target has a form of its own; write ${kind.format}:${target}`);
  }
  const spool = kind.isRemote
    ? readSpool(settings)
    : { spoolBytes: 0, spoolFull: "oldest" } as const;
  settings.allTaken();
  return { format, place, isRemote: kind.isRemote, ...spool };
}

function readSpool(settings: Settings): Pick<SinkSpec, "spoolBytes" | "spoolFull"> {
  const bytes = settings.takeSize("spool", 0) ?? DEFAULT_SPOOL_BYTES;
  if (bytes !== 0 && bytes < SMALLEST_SPOOL_BYTES) {
    throw settings.refusal("spool takes 0 (none) or a number of bytes from 1M on");
  }
  return {
    spoolBytes: bytes,
    spoolFull: settings.takeWord("full", ["oldest", "newest"]) ?? "oldest",
  };
}

function splitAtCommas(text: string): string[] {
  return text.replaceAll(",,", "\0").split(",").map((part) => part.replaceAll("\0", ","));
}

export { SinkSyntaxError };
