/** The sensor's own files, and the right to change them. */
import { basename, dirname, join, resolve } from "node:path";
import { escapeUnprintable } from "../config/mod.ts";
import type { Identity } from "../service/identity.ts";
import { type Native, NativeError } from "../sources/native.ts";

/**
 * Where the sensor's own files are. One that was moved away keeps its place: what appears there later is
 * meant to be taken for it.
 */
export class OwnPaths {
  /** By the paths that were asked for last. */
  #known: ReadonlyMap<string, string> = new Map();

  /**
   * Absolute paths of files and directories: as they are called, and where symbolic links lead, in which
   * nothing is resolved that is not there.
   */
  of(paths: readonly (string | undefined)[]): string[] {
    const known = new Map<string, string>();
    for (const path of paths) {
      if (path === undefined || path === "-") continue;
      const named = resolve(path);
      known.set(named, realPath(named) ?? this.#known.get(named) ?? withRealFolder(named));
    }
    this.#known = known;
    return [...new Set([...known].flatMap(([named, real]) => [withRealFolder(named), real]))];
  }
}

/** Without symbolic links; undefined when nothing is there. */
function realPath(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    // The kernel's own file systems are out of reach by now.
    return error instanceof Deno.errors.NotCapable ? path : undefined;
  }
}

/** The last part of it as it is called, in a folder without symbolic links as far as there is one. */
function withRealFolder(path: string): string {
  const folder = dirname(path);
  return folder === path ? path : join(realPath(folder) ?? withRealFolder(folder), basename(path));
}

/**
 * Lets this process do what others may not to the sensor that keeps its capture in `pins`. Whoever can do
 * this is root: without the right to use the kernel's tables nothing is unlocked, and nothing said.
 */
export function unlock(native: Native, pins: string): void {
  if (Deno.build.os !== "linux") return;
  try {
    native.unlock(pins);
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    console.error(`monomi: warning: not unlocked: ${escapeUnprintable(error.message)}`);
  }
}

/** The same for an instance of this host, before it is changed. */
export function unlockInstance({ pinDirectory }: Identity, load: () => Native): void {
  try {
    Deno.statSync(pinDirectory);
  } catch {
    return;
  }
  unlock(load(), pinDirectory);
}
