/** Which version this is. */
import manifest from "../../deno.json" with { type: "json" };

/** The program's version, three numbers as Sysmon prints its own. */
export const VERSION: string = manifest.version;
