/**
 * Makes dist/monomi, the single file, from the pinned runtime and our own launcher.
 *
 * `deno task pack --best` compresses for minutes instead of seconds.
 */

import { build } from "./build.ts";
import { sha256 } from "./shared/digest.ts";
import { LAUNCHER, LIBRARY, PACKED, PACKER, PRELOAD, ROOT, SCRIPT } from "./shared/paths.ts";
import { pinnedRuntime } from "./shared/runtime.ts";
import { asProgram, isFile, run, TaskError } from "./shared/task.ts";

const STAMP = `${ROOT}/build/packed-from`;
const MAX_BYTES = 45_000_000;

/** How hard to compress: see docs/building.md for sizes and times. */
export type Effort = "normal" | "best";

/**
 * Builds and packs; leaves dist/monomi alone when it was made from the same parts.
 *
 * @returns the path of the single file
 */
export async function pack(effort: Effort = "normal"): Promise<string> {
  await build();
  const parts = [LAUNCHER, await pinnedRuntime(), SCRIPT, LIBRARY, PRELOAD];
  const digests = await Promise.all([...parts, PACKER].map(sha256));
  const stamp = async () => [effort, ...digests, await sha256(PACKED)].join("\n");
  const isPacked = isFile(PACKED) && isFile(STAMP);
  if (isPacked && await Deno.readTextFile(STAMP) === await stamp()) return PACKED;

  await Deno.mkdir(`${ROOT}/dist`, { recursive: true });
  await run(PACKER, [...(effort === "best" ? ["--best"] : []), ...parts, PACKED]);
  await Deno.writeTextFile(STAMP, await stamp());
  const { size } = await Deno.stat(PACKED);
  if (size > MAX_BYTES) throw new TaskError(`${PACKED} has ${size} bytes, more than ${MAX_BYTES}`);
  console.error(`${PACKED}: ${(size / 1e6).toFixed(1)} MB`);
  return PACKED;
}

await asProgram(import.meta.main, async () => {
  const [option, ...rest] = Deno.args;
  if (rest.length > 0 || (option !== undefined && option !== "--best")) {
    throw new TaskError("usage: deno task pack [--best]");
  }
  console.log(await pack(option === "--best" ? "best" : "normal"));
});
