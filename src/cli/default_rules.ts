/** The rules that hold where no configuration is given: the shipped ones for a system. */
import linux from "../../rules/linux.xml" with { type: "text" };
import windows from "../../rules/windows.xml" with { type: "text" };

/** A shipped configuration. */
export interface ShippedRules {
  readonly fileName: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Those for a system, by default the one that this program runs on. */
export function shippedRules(system: typeof Deno.build.os = Deno.build.os): ShippedRules {
  const [name, text] = system === "windows" ? ["windows", windows] : ["linux", linux];
  return { fileName: `rules/${name}.xml`, bytes: new TextEncoder().encode(text) };
}
