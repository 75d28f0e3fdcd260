/**
 * Syslog's header in front of a line: RFC 5424 or RFC 3164.
 */
import { perSecond } from "../renderer.ts";

/** The RFC whose header is written. */
export type SyslogRfc = "5424" | "3164";

/** Who sends. */
export interface SyslogOrigin {
  readonly rfc: SyslogRfc;
  readonly host: string;
  /** APP-NAME, or the tag. */
  readonly identity: string;
  readonly processId: number;
}

/** Facility user, severity informational. */
export const PRIORITY = 8 * 1 + 6;

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
/** What cannot be in a HOSTNAME. */
const NOT_IN_HOST = /[^!-~]/g;
const LONGEST_HOST = 255;

/** Gives the function from an event's time (milliseconds since 1970) to its header. */
export function headerOf(origin: SyslogOrigin): (milliseconds: number) => string {
  const { rfc, identity, processId } = origin;
  const host = origin.host.replaceAll(NOT_IN_HOST, "_").slice(0, LONGEST_HOST) || "-";
  if (rfc === "3164") {
    const at = perSecond((second) => `<${PRIORITY}>${localTime(second)} ${host} ${identity}: `);
    return (milliseconds) => at(Math.floor(milliseconds / 1000));
  }
  const at = perSecond((second) => `<${PRIORITY}>1 ${utcTime(second)}.`);
  const rest = `Z ${host} ${identity} ${processId} - - `;
  return (milliseconds) => {
    const seconds = Math.floor(milliseconds / 1000);
    const part = Math.floor(milliseconds - seconds * 1000) || 0;
    return at(seconds) + String(part).padStart(3, "0") + rest;
  };
}

/** `Nov  2 15:04:05`, local time. */
export function localTime(second: Date): string {
  const day = String(second.getDate()).padStart(2);
  const time = [second.getHours(), second.getMinutes(), second.getSeconds()]
    .map((part) => String(part).padStart(2, "0")).join(":");
  return `${MONTHS[second.getMonth()]} ${day} ${time}`;
}

/** `2024-11-02T15:04:05`. */
function utcTime(second: Date): string {
  return second.toISOString().slice(0, 19);
}
