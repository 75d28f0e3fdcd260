/** The log of a sensor that nobody watches: what it said since a start. */
import { join } from "node:path";
import type { Identity } from "./identity.ts";

/** A log and how long it was. */
export interface ServiceLog {
  readonly path: string;
  /** In UTF-16 units. */
  readonly begins: number;
}

const LAST_LINES = 5;

/** The log as it is now. */
export function serviceLogOf({ logDirectory }: Identity): ServiceLog {
  const path = join(logDirectory, "service.log");
  return { path, begins: textOf(path).length };
}

/** What has been written since. */
export function newTextOf({ path, begins }: ServiceLog): string {
  return textOf(path).slice(begins);
}

/** The last of what has been written since, for a message. */
export function readLogFrom(log: ServiceLog): string {
  const text = newTextOf(log).trimEnd();
  if (text === "") return `${log.path} does not say why`;
  const lines = text.split(/\r?\n/).slice(-LAST_LINES);
  return `${log.path} says:\n  ${lines.join("\n  ")}`;
}

function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
