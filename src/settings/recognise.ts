/** Tells settings from configurations and rule tests, which are YAML, too. */
import { basename } from "node:path";
import { KEYS, SINKS } from "./keys.ts";
import { SETTINGS_FILE } from "./model.ts";

const ANY_KEY = new RegExp(`^(?:${[SINKS, ...Object.keys(KEYS)].join("|")})[ \\t]*:`, "m");
const OF_CONFIGURATIONS = /^(?:schemaversion|EventFiltering|Sysmon)[ \t]*:/m;
const BEGINS_LIKE_XML = /^\ufeff?\s*</;

/** By the file's name, else by keys that only settings have. */
export function isSettings(fileName: string, text: string): boolean {
  if (BEGINS_LIKE_XML.test(text) || OF_CONFIGURATIONS.test(text)) return false;
  return basename(fileName) === SETTINGS_FILE || ANY_KEY.test(text);
}
