/** The settings file that an installation begins with. */
import { join } from "node:path";
import { isMap, parseDocument } from "yaml";
import { type Identity, isCalledSysmon } from "../service/identity.ts";
import { SINKS } from "./keys.ts";

/** Sinks of an instance that was told of none. */
export function defaultSinks({ name, logDirectory }: Identity): string[] {
  // What was written for Sysmon for Linux looks for its events there.
  if (Deno.build.os !== "windows" && isCalledSysmon(name)) return [`xml:syslog,ident=${name}`];
  return [`json:${join(logDirectory, "events.json").replaceAll(",", ",,")},size=100M,count=10`];
}

/** A commented file with these sinks, and everything else as it is without a file. */
export function settingsText(identity: Identity, sinks: readonly string[]): string {
  const { name, logDirectory } = identity;
  return `# Settings of the service ${name} that no Sysmon configuration has. What is commented out shows the
# default. \`${name} check\` on this file tells what is wrong with it; a restart of the service applies it.

# Where events go: each as the text of --sink, or as a map of its parts, such as
# {format: json, to: ${join(logDirectory, "events.json")}, size: 100M, count: 10}
sinks:
${sinks.map((sink) => `  - ${JSON.stringify(sink)}\n`).join("")}
# The kernel's buffer, a power of two. Larger: longer bursts without loss.
# ring: 16M

# Longest list of a program's arguments that is taken, at most 256K.
# max-arguments: 64K

# What may wait in memory for each sink before events are dropped.
# queue: 8M

# Whether signals to the sensor, reaching into it and changes of its files are refused, where the kernel takes
# programs of security modules. Root stops it by \`${name} uninstall\` or the service manager.
# protect: false

# Where metrics are served in Prometheus' text form; nowhere unless this is set.
# metrics: 127.0.0.1:9469
`;
}

/** The same file with other sinks; comments and other settings stay. Undefined for what is no map. */
export function withSinks(text: string, sinks: readonly string[]): string | undefined {
  const document = parseDocument(text);
  const isOne = document.contents === null || isMap(document.contents);
  if (!isOne || document.errors.length > 0) return undefined;
  document.set(SINKS, document.createNode([...sinks]));
  return document.toString({ lineWidth: 0 });
}
