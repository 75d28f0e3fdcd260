/** Installing, reconfiguring and removing an instance. */
import { basename, join } from "node:path";
import { lstatIfThere } from "../files/safe_open.ts";
import { onlyChange } from "./change.ts";
import { type Identity, ownDirectories, ownPlaces } from "./identity.ts";
import type { Manager } from "./manager.ts";
import { isSamePath, makePrivateDirectory, removeIfThere } from "./private_files.ts";
import { ServiceError } from "./service_error.ts";
import {
  type DaemonState,
  type Installation,
  placesOf,
  readInstallation,
  readState,
  readStored,
} from "./stored.ts";
import { Transaction } from "./transaction.ts";

/** A configuration to store; its text has been found valid. */
export interface NewConfiguration {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly language: "xml" | "yaml";
  /** The path as it was typed; null: none was given. */
  readonly name: string | null;
}

/** What is to be installed. */
export interface InstallRequest {
  readonly identity: Identity;
  /** The single file. */
  readonly program: string;
  readonly version: string;
  /** Undefined: the one that is there stays. */
  readonly configuration: NewConfiguration | undefined;
  /** Undefined: the file that is there stays. */
  readonly settings: string | undefined;
}

/** A busy host takes its time over a large configuration. */
const REFUSAL_MS = 60_000;
const POLL_MS = 20;
/** Asking whether it still runs is dear on Windows. */
const LOOKS_A_QUESTION = 10;

/**
 * Installs, or upgrades what is there, and starts it. When a step fails, everything is as before; a
 * service that ran runs again.
 *
 * @throws {ServiceError} and system errors
 */
export async function install(request: InstallRequest, manager: Manager): Promise<void> {
  const { identity, configuration, settings, version } = request;
  using _ = await onlyChange(identity);
  manager.check();
  const wasRunning = manager.running() !== undefined;
  await new Transaction().run(async (transaction) => {
    // Undone last: everything is in its old place again by then.
    transaction.onFailure(async () => {
      if (wasRunning) await manager.start();
    });
    transaction.onFailure(manager.prepare());
    for (const directory of ownDirectories(identity)) transaction.directory(directory);
    if (!manager.replacesRunning) await manager.stop(false);
    await placeProgram(request, transaction);
    const places = placesOf(identity);
    if (configuration !== undefined) {
      storeConfiguration(identity, configuration, version, transaction);
    } else {
      // By this record the places are known to be the instance's, whatever comes into them.
      const kept = readInstallation(identity) ?? { configuration: readStored(identity).path };
      transaction.file(places.installation, JSON.stringify({ ...kept, version }));
    }
    if (settings !== undefined) transaction.file(places.settings, settings);
    transaction.onFailure(await manager.register());
    // The new program must not run on when its file is taken back.
    transaction.onFailure(() => manager.stop(false));
    await manager.start();
  });
}

/** The copy proves that it runs before it takes the old one's place. */
async function placeProgram(
  { identity, program }: InstallRequest,
  transaction: Transaction,
): Promise<void> {
  if (isSamePath(program, identity.program)) return;
  const copy = join(identity.programDirectory, `.new-${basename(identity.program)}`);
  removeIfThere(copy);
  transaction.onFailure(() => void removeIfThere(copy));
  try {
    copyFile(program, copy);
  } catch (error) {
    throw new ServiceError(`cannot write ${copy}: ${(error as Error).message}`);
  }
  const { code, stderr } = await new Deno.Command(copy, { args: ["--version"], stdin: "null" })
    .output();
  if (code !== 0) {
    const said = new TextDecoder().decode(stderr).trim();
    throw new ServiceError(`the copy of ${program} does not run: ${said}`);
  }
  transaction.replace(identity.program, copy);
}

function copyFile(path: string, copy: string): void {
  using from = Deno.openSync(path);
  using to = Deno.openSync(copy, { write: true, createNew: true, mode: 0o700 });
  const buffer = new Uint8Array(1 << 20);
  for (let length; (length = from.readSync(buffer)) !== null;) {
    for (let at = 0; at < length;) at += to.writeSync(buffer.subarray(at, length));
  }
  to.syncSync();
}

function storeConfiguration(
  identity: Identity,
  { bytes, language, name }: NewConfiguration,
  version: string,
  transaction: Transaction,
): void {
  const { configurations, installation } = placesOf(identity);
  for (const path of configurations) {
    transaction.file(path, path.endsWith(language) ? bytes : undefined);
  }
  const record: Installation = { version, configuration: name };
  transaction.file(installation, JSON.stringify(record));
}

/**
 * Puts a configuration, or the stored one when undefined, into force in the running daemon. When it
 * refuses, the stored one is as before.
 *
 * @throws {ServiceError} when none runs, or with its reason for refusing
 */
export async function reload(
  identity: Identity,
  configuration: NewConfiguration | undefined,
  version: string,
  manager: Manager,
): Promise<void> {
  using _ = await onlyChange(identity);
  const daemon = manager.running();
  if (daemon === undefined) throw new ServiceError(`${identity.name} is not running`);
  const before = readState(identity)?.generation;
  const answer = () => {
    const told = readState(identity);
    return told?.generation === before ? undefined : told;
  };
  await new Transaction().run(async (transaction) => {
    if (configuration !== undefined) {
      makePrivateDirectory(identity.configDirectory);
      storeConfiguration(identity, configuration, version, transaction);
    }
    const begin = performance.now();
    if (!manager.requestReload(daemon)) throw new ServiceError(`${identity.name} has just ended`);
    let told: DaemonState | undefined;
    for (let look = 1; (told = answer()) === undefined; look++) {
      const hasEnded = look % LOOKS_A_QUESTION === 0 && manager.running()?.pid !== daemon.pid;
      if (hasEnded && answer() === undefined) {
        throw new ServiceError(`${identity.name} ended while it was to reload`);
      }
      if (performance.now() - begin > REFUSAL_MS) {
        throw new ServiceError(`${identity.name} does not answer`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    if (told.refused) {
      throw new ServiceError(`the old configuration stays: ${told.refused}`);
    }
  });
}

/** Stops the instance and removes everything but its logs; what was removed. */
export async function uninstall(
  identity: Identity,
  manager: Manager,
  force: boolean,
): Promise<string[]> {
  using _ = await onlyChange(identity);
  manager.check();
  await manager.stop(force);
  await manager.unregister();
  const removed = ownPlaces(identity).filter((place) => manager.remove(place));
  const { logDirectory, dataDirectory } = identity;
  removeEmpty(logDirectory);
  if (dataDirectory !== undefined) removeEmpty(dataDirectory);
  return removed;
}

/** An empty one holds no logs. */
function removeEmpty(directory: string): void {
  try {
    Deno.removeSync(directory);
  } catch (error) {
    const isExpected = error instanceof Deno.errors.NotFound ||
      (error as { code?: string }).code === "ENOTEMPTY";
    if (!isExpected) throw error;
  }
}

/** Whether there is anything that {@link uninstall} would remove. */
export function isThere(identity: Identity): boolean {
  return ownPlaces(identity).some((place) => lstatIfThere(place) !== undefined);
}
