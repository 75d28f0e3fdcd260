/**
 * Finds rules that cannot do what their author thinks.
 *
 * @example
 * ```ts
 * import { formatDiagnostic, loadConfig } from "../config/mod.ts";
 * import { lint } from "./mod.ts";
 * const { config } = loadConfig(await Deno.readFile("sysmon.xml"), "sysmon.xml");
 * for (const warning of lint(config, { platform: "linux" })) console.error(formatDiagnostic(warning));
 * ```
 */
import type { Diagnostic } from "../config/diagnostics.ts";
import type { Config } from "../config/model.ts";
import { Preparer } from "./alternatives.ts";
import { LintContext, type LintOptions } from "./context.ts";
import { checkNames, checkOverriddenNames } from "./names.ts";
import { checkOperands } from "./operands.ts";
import { checkPlatform } from "./platform.ts";
import { checkCombinations, checkRedundancies } from "./relations.ts";

export type { LintOptions, Platform } from "./context.ts";

/**
 * Warnings about a loaded configuration, by place. The habits of Sysmon's evaluation that hold
 * everywhere are reported when it is loaded (src/config/quirks.ts) and are not repeated here.
 */
export function lint(config: Config, options: LintOptions = {}): Diagnostic[] {
  const context = new LintContext(config, options.platform);
  const preparer = new Preparer();
  checkOperands(context, preparer);
  checkCombinations(context, preparer);
  checkRedundancies(context, preparer);
  checkPlatform(context);
  checkNames(context);
  checkOverriddenNames(context);
  return context.finish();
}
