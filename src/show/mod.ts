/** What a configuration does: in words, as Sysmon prints it, and for programs. */
export { configurationToJson } from "./json.ts";
export { renderAsSysmon } from "./sysmon.ts";
export { renderConfiguration } from "./text.ts";
