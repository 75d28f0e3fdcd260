/** The settings of an instance as commands read them. */
import type { Identity } from "../service/identity.ts";
import { readIfThere } from "../service/private_files.ts";
import { placesOf } from "../service/stored.ts";
import { defaultSinks, loadSettings, type Settings } from "../settings/mod.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import { Exit, Failure } from "./usage.ts";

/** What /etc/NAME/monomi.yaml says; without the file, defaults. @throws {Failure} */
export function readSettings(identity: Identity): Settings {
  const path = placesOf(identity).settings;
  return validSettings(readIfThere(path) ?? new Uint8Array(), path, identity);
}

/** Settings, with diagnostics on standard error. @throws {Failure} when they are invalid */
export function validSettings(bytes: Uint8Array, path: string, identity: Identity): Settings {
  const { settings, diagnostics } = loadSettings(bytes, path, defaultSinks(identity));
  printDiagnostics(diagnostics);
  // Wrong usage: starting a service again does not mend it.
  if (settings === undefined) {
    throw new Failure(`the settings ${path} are invalid`, Exit.WRONG_USAGE);
  }
  return settings;
}
