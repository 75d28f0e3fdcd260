/**
 * Whether the places of an instance are monomi's. Everything follows from the name of a file: called
 * `ssh`, it would make /etc/ssh private, and remove it in the end.
 */
import { basename } from "node:path";
import { type Identity } from "./identity.ts";
import { ServiceError } from "./service_error.ts";
import { placesOf, readInstallation } from "./stored.ts";

/** What a place of monomi's looks like; `true`: nothing in it is anybody else's. */
type IsOurs = (names: readonly string[], path: string) => boolean;

/** The footer of every packed file: its length and how it begins (`native/launcher/src/image.rs`). */
const FOOTER_BYTES = 64;
const FOOTER_BEGIN = "monomi\0\x1a";

/** Left by a write that was cut off; a file system of its own has the other. */
const ANYWHERE = /^(?:\.monomi-[0-9a-f]+\.tmp|lost\+found)$/;
const KERNEL_KEEPS = /^\d+-[0-9a-f]{16}$/;
const STATE = ["installation.json", "running.json", "record-ids", "record-ids.lock", "boot-epoch"];
const RUN = ["lock", "supervisor.lock", "state.json", "control.sock"];
const LOGS = /^(?:events\.json|service\.log)/;

/**
 * @throws {ServiceError} when one of them has files of another program; an instance that was installed
 * may have anything there
 */
export function refuseForeign(identity: Identity): void {
  if (readInstallation(identity) !== undefined) return;
  const { program, programDirectory, configDirectory, stateDirectory } = identity;
  const { logDirectory, runDirectory, pinDirectory } = identity;
  const own = basename(program);
  const { settings, configurations } = placesOf(identity);
  const ofConfiguration = [settings, ...configurations].map((path) => basename(path));
  const places: readonly (readonly [string, IsOurs])[] = [
    [
      programDirectory,
      (names) =>
        only(names, [own, `${own}.old`, `.new-${own}`]) &&
        (!names.includes(own) || isPacked(program)),
    ],
    [
      configDirectory,
      (names) => names.includes(basename(settings)) || only(names, ofConfiguration),
    ],
    [stateDirectory, (names) => names.some((name) => STATE.includes(name))],
    [runDirectory, (names) => only(names, RUN)],
    [
      logDirectory,
      (names, path) => names.some((name) => LOGS.test(name)) || isPrivate(path),
    ],
    [pinDirectory, (names) => names.every((name) => KERNEL_KEEPS.test(name))],
  ];
  for (const [path, isOurs] of places) {
    const names = namesIn(path).filter((name) => !ANYWHERE.test(name));
    if (names.length === 0 || isOurs(names, path)) continue;
    throw new ServiceError(
      `${path} is another program's, it has ${names[0]}: give this file another name, or move ` +
        "that directory away",
    );
  }
}

function only(names: readonly string[], known: readonly string[]): boolean {
  return names.every((name) => known.includes(name));
}

/** What is no directory is refused where it is to be one. */
function namesIn(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name).sort();
  } catch {
    return [];
  }
}

function isPrivate(path: string): boolean {
  return (Deno.statSync(path).mode! & 0o077) === 0;
}

function isPacked(path: string): boolean {
  try {
    using file = Deno.openSync(path);
    file.seekSync(-FOOTER_BYTES, Deno.SeekMode.End);
    const footer = new Uint8Array(FOOTER_BYTES);
    file.readSync(footer);
    return new TextDecoder().decode(footer).startsWith(FOOTER_BEGIN);
  } catch {
    return false;
  }
}
