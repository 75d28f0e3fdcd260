/**
 * Makes dist/monomi, the single file, from the pinned runtime and our own launcher.
 *
 * `deno task pack --target windows` makes dist/monomi.exe instead; `--best` compresses for minutes
 * instead of seconds.
 */

import { parseArgs } from "node:util";
import { build } from "./build.ts";
import { type Effort, packParts } from "./pack_parts.ts";
import { LAUNCHER, LIBRARY, PACKED, PRELOAD, SCRIPT } from "./shared/paths.ts";
import { pinnedRuntime } from "./shared/runtime.ts";
import { asProgram, TaskError } from "./shared/task.ts";
import { packForWindows } from "./windows/pack.ts";

const USAGE = "usage: deno task pack [--target linux|windows] [--best]";

/**
 * Builds and packs; leaves dist/monomi alone when it was made from the same parts.
 *
 * @returns the path of the single file
 */
export async function pack(effort: Effort = "normal"): Promise<string> {
  await build();
  const parts = [LAUNCHER, await pinnedRuntime(), SCRIPT, LIBRARY, PRELOAD];
  return await packParts(parts, PACKED, effort);
}

const TARGETS: Readonly<Record<string, (effort: Effort) => Promise<string>>> = {
  linux: pack,
  windows: packForWindows,
};

await asProgram(import.meta.main, async () => {
  const { target, best } = readOptions();
  if (!Object.hasOwn(TARGETS, target)) throw new TaskError(USAGE);
  console.log(await TARGETS[target](best ? "best" : "normal"));
});

function readOptions(): { target: string; best: boolean } {
  const options = {
    target: { type: "string", default: "linux" },
    best: { type: "boolean", default: false },
  } as const;
  try {
    return parseArgs({ args: Deno.args, options }).values;
  } catch (error) {
    throw new TaskError(`${(error as Error).message}\n${USAGE}`);
  }
}
