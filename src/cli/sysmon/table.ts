/** Sysmon's switches in the order of its manifest, which decides how groups of them are read. */

/** What a switch takes. */
export type Takes = "nothing" | "optional" | "required";

/** One switch. */
export interface Switch {
  /** As Sysmon's manifest calls the option. */
  readonly name: string;
  /** Behind the dash, lower case. */
  readonly letters: string;
  readonly takes: Takes;
  /** At most one of these may be given (L5). */
  readonly exclusive?: true;
}

/** In the order in which they are tried (config-semantics 7.1). */
export const SWITCHES = [
  { name: "Install", letters: "i", takes: "optional", exclusive: true },
  { name: "Configuration", letters: "c", takes: "optional", exclusive: true },
  { name: "UnInstall", letters: "u", takes: "optional", exclusive: true },
  { name: "Manifest", letters: "m", takes: "nothing", exclusive: true },
  { name: "ClipboardInstance", letters: "z", takes: "required", exclusive: true },
  { name: "DebugMode", letters: "t", takes: "optional" },
  { name: "BTF", letters: "btf", takes: "required" },
  { name: "Service", letters: "service", takes: "nothing" },
  { name: "PrintSchema", letters: "s", takes: "optional", exclusive: true },
  { name: "NoLogo", letters: "nologo", takes: "nothing" },
  { name: "AcceptEula", letters: "accepteula", takes: "nothing" },
  { name: "ConfigDefault", letters: "-", takes: "nothing" },
  { name: "ArchiveDirectory", letters: "a", takes: "required" },
  { name: "DriverName", letters: "d", takes: "required" },
  { name: "DnsQuery", letters: "dns", takes: "optional" },
  { name: "PipeMonitoring", letters: "g", takes: "required" },
  { name: "HashAlgorithms", letters: "h", takes: "required" },
  { name: "ProcessAccess", letters: "k", takes: "required" },
  { name: "ImageLoad", letters: "l", takes: "optional" },
  { name: "NetworkConnect", letters: "n", takes: "optional" },
  { name: "CheckRevocation", letters: "r", takes: "optional" },
  { name: "ServiceArchiveDirectory", letters: "s", takes: "required" },
  { name: "InternalRepresentation", letters: "x", takes: "required" },
  { name: "OutputRules", letters: "y", takes: "required" },
  { name: "CopyOnDelete_PE", letters: "e", takes: "nothing" },
  { name: "CopyOnDelete_SIDs", letters: "f", takes: "required" },
  { name: "CopyOnDelete_Extensions", letters: "j", takes: "required" },
  { name: "CopyOnDelete_Processes", letters: "p", takes: "required" },
] as const satisfies readonly Switch[];

/** The name of a switch. */
export type SwitchName = typeof SWITCHES[number]["name"];
