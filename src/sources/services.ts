/**
 * Port names from the services database (services(5)).
 */

/** Names by `PORT/PROTOCOL`. */
export type PortNames = ReadonlyMap<string, string>;

/** Windows Sysmon names ports up to this one; those above are ephemeral (T26). */
const HIGHEST_NAMED_PORT = 49_200;

/** Reads `name port/protocol [alias…] [# comment]` lines; the first name of a port counts. */
export function parseServices(text: string): PortNames {
  const names = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [name, port] = line.split("#", 1)[0].trim().split(/\s+/);
    if (port !== undefined && parseInt(port) <= HIGHEST_NAMED_PORT && !names.has(port)) {
      names.set(port, name);
    }
  }
  return names;
}
