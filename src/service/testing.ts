/** For tests only: an instance whose places lie in a directory of the test. */
import { type Identity, identityOf } from "./identity.ts";

/** Its directories for configuration, state and what does not outlive a reboot are there, and empty. */
export function identityIn(directory: string): Identity {
  const place = (name: string) => {
    Deno.mkdirSync(`${directory}/${name}`);
    return `${directory}/${name}`;
  };
  return {
    ...identityOf("monomi", "linux"),
    configDirectory: place("config"),
    stateDirectory: place("state"),
    runDirectory: place("run"),
  };
}
