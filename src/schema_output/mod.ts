/**
 * Schema versions, written for people, editors and other programs.
 *
 * @example
 * ```ts
 * import { NEWEST_VERSION } from "../schema/mod.ts";
 * import { printXsd } from "./mod.ts";
 * await Deno.writeTextFile("sysmon.xsd", printXsd([NEWEST_VERSION.linux]));
 * ```
 */
export { eventLibrary } from "./event_library/library.ts";
export { printEventManifest } from "./event_manifest.ts";
export { printJson } from "./json.ts";
export { printManifests } from "./manifest.ts";
export { printMarkdown } from "./markdown.ts";
export { printXsd } from "./xsd.ts";
