/** The text of `schemaversion` -> version (config-semantics R2, R3). */
import { type VersionNumber, versionNumber } from "../schema/versions.ts";

/** A version and whether text that has no effect follows the number. */
export interface ParsedVersion {
  readonly version: VersionNumber;
  readonly trailingText: boolean;
}

const DECIMAL = /^[ \t\n\v\f\r]*[+]?(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)/i;
const HEXADECIMAL = /^[ \t\n\v\f\r]*[+]?0x([0-9a-f]+)(?:\.([0-9a-f]*))?(?:p([+-]?\d+))?/i;

/**
 * Reads the number at the start of the text as C's `strtod` does and rounds it to two decimals, so
 * `4.9` is 4.90, `4.905` is 4.91 and `4,90` is 4.00. Undefined for anything below 1 or above 65535.
 */
export function parseSchemaVersion(attribute: string): ParsedVersion | undefined {
  const text = attribute.slice(0, 256);
  const hexadecimal = HEXADECIMAL.exec(text);
  const match = hexadecimal ?? DECIMAL.exec(text);
  if (match === null) return undefined;
  const value = hexadecimal === null ? Number(match[1]) : hexadecimalValue(hexadecimal);
  if (!(value >= 1 && value < 65536)) return undefined;
  return {
    version: versionNumber(value.toFixed(2)),
    trailingText: attribute.slice(match[0].length).trim() !== "",
  };
}

function hexadecimalValue([, integer, fraction = "", exponent = "0"]: RegExpExecArray): number {
  return parseInt(integer + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
}
