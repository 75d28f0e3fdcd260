/** What an instance keeps in its state and run directories, and the configuration in /etc. */
import { join } from "node:path";
import { type Identity } from "./identity.ts";
import { readIfThere, readJson, type Shape, writePrivately } from "./private_files.ts";
import { ServiceError } from "./service_error.ts";

/** How the instance was installed or last given a configuration. */
export interface Installation {
  readonly version: string;
  /** The path as it was typed; null: none was given. */
  readonly configuration: string | null;
}

/** A configuration in force, kept so that it can be shown and fallen back to. */
export interface RunningConfiguration {
  /** As in event 16. */
  readonly name: string;
  readonly hash: string;
  /** Tells the language of the text. */
  readonly fileName: string;
  readonly base64: string;
}

/** What the daemon tells about itself. */
export interface DaemonState {
  readonly pid: number;
  /** Counts configurations that came into force or were refused. */
  readonly generation: number;
  /** Why the last one was refused; null when it holds. */
  readonly refused: string | null;
}

const INSTALLATION: Shape<Installation> = {
  version: ["string"],
  configuration: ["string", "null"],
};
const RUNNING: Shape<RunningConfiguration> = {
  name: ["string"],
  hash: ["string"],
  fileName: ["string"],
  base64: ["string"],
};
const STATE: Shape<DaemonState> = {
  pid: ["number"],
  generation: ["number"],
  refused: ["string", "null"],
};

/** Configurations in XML and in YAML; there is one of them. */
const CONFIGURATIONS = ["config.xml", "config.yaml"];

/** Paths of one instance's files. */
export function placesOf({ stateDirectory, runDirectory, configDirectory }: Identity) {
  return {
    installation: join(stateDirectory, "installation.json"),
    running: join(stateDirectory, "running.json"),
    daemonLock: join(runDirectory, "lock"),
    supervisorLock: join(runDirectory, "supervisor.lock"),
    state: join(runDirectory, "state.json"),
    settings: join(configDirectory, "monomi.yaml"),
    configurations: CONFIGURATIONS.map((name) => join(configDirectory, name)),
  };
}

/** The stored configuration's path and bytes. */
export interface StoredConfiguration {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The configuration in /etc/NAME. @throws when there is none, or more than one. */
export function readStored(identity: Identity): StoredConfiguration {
  const { configurations } = placesOf(identity);
  const there = configurations.flatMap((path) => {
    const bytes = readIfThere(path);
    return bytes === undefined ? [] : [{ path, bytes }];
  });
  if (there.length === 1) return there[0];
  throw new ServiceError(
    there.length === 0
      ? `there is no ${configurations.join(" or ")}`
      : `there are ${configurations.join(" and ")}; keep one of them`,
  );
}

/** What runs, or ran last, and its bytes. */
export function readRunning(
  identity: Identity,
): RunningConfiguration & { readonly bytes: Uint8Array<ArrayBuffer> } | undefined {
  const running = readJson(placesOf(identity).running, RUNNING);
  if (running === undefined) return undefined;
  try {
    return { ...running, bytes: Uint8Array.fromBase64(running.base64) };
  } catch {
    return undefined;
  }
}

/** Keeps what came into force. */
export function keepRunning(identity: Identity, running: RunningConfiguration): void {
  writePrivately(placesOf(identity).running, JSON.stringify(running));
}

/** How the instance was installed; undefined when it came another way, such as a package. */
export function readInstallation(identity: Identity): Installation | undefined {
  return readJson(placesOf(identity).installation, INSTALLATION);
}

/** What the daemon told last. */
export function readState(identity: Identity): DaemonState | undefined {
  return readJson(placesOf(identity).state, STATE);
}
