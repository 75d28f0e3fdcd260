/** Tells Sysmon's switches from the program's own commands and options. */
import { isCalledSysmon } from "../../service/identity.ts";

/** Whether a command line is one of Sysmon's switches, for a program of this name. */
export function isSysmonCommandLine(args: readonly string[], name: string): boolean {
  const isSysmon = isCalledSysmon(name);
  const [first] = args;
  if (first === undefined) return isSysmon;
  if (first === "--help" || first === "--version") return false;
  if (first.startsWith("--") && first !== "--") return isSysmon;
  return first.startsWith("-") || /^\/[^/]*$/.test(first);
}
