/** What Sysmon's command line prints that tools and people look for (config-semantics 7.3). */
import { VERSION } from "../../sensor/version.ts";

/** Exit codes of Sysmon, as a shell sees them. */
export const SysmonExit = {
  OK: 0,
  FILES: 1,
  USAGE: 87,
  /** 740, of which a shell sees the low byte. */
  NOT_ROOT: 228,
  /** ERROR_ELEVATION_REQUIRED: Windows gives the whole number. */
  NOT_ADMINISTRATOR: 740,
  DIFFERENT: 254,
  ERROR: 255,
} as const;

/** Always the first on standard output. */
export const BANNER = `
Sysmon v${VERSION} - Monitors system events
monomi, a system monitor in Sysmon's tradition
Copyright (c) 2026 the monomi authors
`;

/** How the switches are used; `name` is the program's. */
export function usage(name: string): string {
  const line = (what: string, how: string) => `${what.padEnd(25)}${name} ${how}\n`;
  return `Usage:
${line("Install:", "-i [<configuration file>]")}${
    line("Update configuration:", "-c [<configuration file>]")
  }${line("Show configuration:", "-c")}${line("Reset configuration:", "-c --")}${
    line("Uninstall:", "-u [force]")
  }${line("Print schema:", "-s [<version>|all]")}${line("Usage, more on files:", "-? [config]")}
  -c           Update the configuration, or show the one that runs
  -i           Install as a service
  -s           Print the schema of a version, of the newest one, or of all
  -u           Stop and remove the service; force: without waiting for it
  -h           Hash algorithms: md5, sha1, sha256, imphash, separated by commas, or *
  -n           Log network connections, of these programs or of all
  -l           Log loaded images, of these programs or of all
  -k           Processes whose accesses are of interest, with masks
  -t           Accepted: verbose
  -btf         Accepted: type information is the running kernel's
  -x           Write what a configuration means to a file, or compare it with one
  -y           Write the rules of a configuration to a file
  -accepteula  Accepted, there is nothing to accept
  -nologo      Accepted

Switches can be written in any letter case and with / in place of -.
Everything else that this program does: ${name} help
`;
}

/** What `-? config` prints. */
export const CONFIGURATION_HELP = `Configuration usage:

A configuration file is XML:

<Sysmon schemaversion="4.90">
  <HashAlgorithms>sha256</HashAlgorithms>
  <EventFiltering>
    <RuleGroup name="" groupRelation="or">
      <ProcessCreate onmatch="exclude">
        <Image condition="is">/usr/bin/true</Image>
      </ProcessCreate>
      <NetworkConnect onmatch="include">
        <Rule name="remote shells" groupRelation="and">
          <Image condition="end with">/ssh</Image>
          <DestinationPort condition="is not">22</DestinationPort>
        </Rule>
      </NetworkConnect>
    </RuleGroup>
  </EventFiltering>
</Sysmon>

Events of a tag with onmatch="include" are logged when a rule matches, with onmatch="exclude" unless
one does. Events, fields, options and conditions are printed by -s.
`;
