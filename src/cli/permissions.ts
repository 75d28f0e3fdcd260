/**
 * What the program gives up once everything it needs is open, so that an error in reading hostile
 * data cannot start programs, use the network, or load libraries and modules from elsewhere. Only a
 * run with remote outputs keeps the network.
 *
 * Reading and writing files stay: outputs rotate, a reload reads the configuration. The native
 * library goes on working once it is loaded. With less than all permissions the runtime refuses
 * whatever lies under /dev, /proc and /sys, /dev/null and its like apart.
 */

import { hostPlatform } from "../rules/platform.ts";

const GIVEN_UP = ["run", "net", "env", "import", "ffi"] as const;

/** A permission that can be given up. */
export type Permission = typeof GIVEN_UP[number];

const OUT_OF_REACH = ["/dev/", "/proc/", "/sys/"];

/** Gives permissions up for good, but those in `kept`; does nothing when called again. */
export function dropPermissions(kept: readonly Permission[] = []): void {
  // Rules of Windows ask for its variables, which cannot be read any more then.
  hostPlatform();
  for (const name of GIVEN_UP) if (!kept.includes(name)) Deno.permissions.revokeSync({ name });
  // Libraries look there for switches that make them talkative, and would now fail. Not their builds
  // for browsers, which the bundle has and which this line would start more slowly.
  const isBundled = import.meta.url === undefined;
  if (!isBundled) (globalThis as unknown as { process: { env: unknown } }).process.env = {};
}

/** Whether `path`, absolute, cannot be opened any more after {@link dropPermissions}. */
export function isOutOfReach(path: string): boolean {
  return OUT_OF_REACH.some((folder) => path.startsWith(folder));
}
