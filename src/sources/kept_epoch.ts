/**
 * What GUIDs of processes count their seconds from, kept over restarts of the sensor: a clock that was set
 * in between must not give a process that runs on another GUID.
 */
import { replaceWhole } from "../files/whole_file.ts";

const FILE = "boot-epoch";
const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/**
 * Wall clock minus boot clock, in whole milliseconds, as the first sensor of this boot that used the
 * directory found it; `now` where this is the first. What cannot be kept is as if it were.
 *
 * @param directory private, and there.
 */
export function keptEpoch(directory: string, now: number, bootId?: string): number {
  const path = `${directory}/${FILE}`;
  const epoch = Math.round(now);
  try {
    const id = bootId ?? Deno.readTextFileSync(BOOT_ID).trim();
    const [, boot, kept] = /^(\S+) (-?\d{1,15})\n$/.exec(textIfThere(path)) ?? [];
    if (boot === id) return Number(kept);
    replaceWhole(path, `${id} ${epoch}\n`, 0o600);
  } catch {
    // A full disk: the next sensor counts from its own start.
  }
  return epoch;
}

function textIfThere(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
