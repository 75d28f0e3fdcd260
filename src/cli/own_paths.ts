/** The sensor's own files, and the right to change them. */
import { resolve } from "node:path";
import { escapeUnprintable } from "../config/mod.ts";
import type { Identity } from "../service/identity.ts";
import { type Native, NativeError } from "../sources/native.ts";

/** Absolute paths without symbolic links of those that are there. */
export function ownPaths(paths: readonly (string | undefined)[]): string[] {
  return paths.flatMap((path) => {
    if (path === undefined || path === "-") return [];
    try {
      return [Deno.realPathSync(path)];
    } catch (error) {
      // The kernel's own file systems are out of reach by now.
      return error instanceof Deno.errors.NotCapable ? [resolve(path)] : [];
    }
  });
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
