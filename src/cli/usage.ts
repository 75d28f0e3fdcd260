/**
 * Wrong usage, and reading arguments without stack traces.
 */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { escapeUnprintable } from "../config/diagnostics.ts";
import { sizeInBytes } from "../sinks/settings.ts";

/** Exit codes of every command. */
export const Exit = {
  OK: 0,
  /** The answer is no: an invalid configuration, a damaged record file. */
  NO: 1,
  WRONG_USAGE: 2,
  /** Privileges, kernel, files. */
  COULD_NOT_RUN: 3,
} as const;

/** The command line cannot be understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A command cannot go on; the message says why, or diagnostics were printed. */
export class Failure extends Error {
  constructor(message: string, readonly exitCode: number) {
    super(message);
  }
}

/** node:util's parseArgs with its complaints as {@link UsageError}. */
export function readArguments<T extends ParseArgsConfig>(
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(error.message.split("\n", 1)[0]);
  }
}

/** A message of several lines, each escaped. */
export function escapeLines(text: string): string {
  return text.split("\n").map(escapeUnprintable).join("\n");
}

/** Says on stderr what is wrong with the call. */
export function complain(command: string, error: Error): void {
  console.error(
    `monomi ${command}: ${escapeUnprintable(error.message)}\nTry: monomi help ${command}`,
  );
}

const DURATION = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `90`, `90s`, `1.5m`, `2h`, `1d` in milliseconds. @throws {UsageError} */
export function parseDuration(text: string): number {
  const match = DURATION.exec(text);
  if (match === null) {
    throw new UsageError(`"${text}" is no duration; write seconds or 500ms, 90s, 15m, 2h, 1d`);
  }
  return Number(match[1]) * UNIT_MS[match[2] ?? "s"];
}

/** `65536`, `64K`, `32M` in bytes. @throws {UsageError} */
export function parseSize(text: string): number {
  const bytes = sizeInBytes(text);
  if (bytes === undefined) throw new UsageError(`"${text}" is no size; write bytes or 64K, 32M`);
  return bytes;
}
