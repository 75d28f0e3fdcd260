/** Joins built parts to a single file, unless it was made from the same parts already. */

import { dirname } from "node:path";
import { sha256 } from "./shared/digest.ts";
import { PACKER, ROOT } from "./shared/paths.ts";
import { isFile, run, TaskError } from "./shared/task.ts";

const MAX_BYTES = 46_000_000;

/** How hard to compress: see docs/building.md for sizes and times. */
export type Effort = "normal" | "best";

/**
 * Packs `parts` (launcher, runtime, script, library and, for Linux, preload library) into `output`.
 *
 * @returns `output`
 */
export async function packParts(
  parts: readonly string[],
  output: string,
  effort: Effort,
): Promise<string> {
  const stampFile = `${ROOT}/build/${output.slice(ROOT.length + 1).replaceAll("/", "-")}.from`;
  const digests = await Promise.all([...parts, PACKER].map(sha256));
  const stamp = async () => [effort, ...digests, await sha256(output)].join("\n");
  const isPacked = isFile(output) && isFile(stampFile);
  if (isPacked && await Deno.readTextFile(stampFile) === await stamp()) return output;

  await Deno.mkdir(dirname(output), { recursive: true });
  await run(PACKER, [...(effort === "best" ? ["--best"] : []), output, ...parts]);
  await Deno.writeTextFile(stampFile, await stamp());
  const { size } = await Deno.stat(output);
  if (size > MAX_BYTES) throw new TaskError(`${output} has ${size} bytes, more than ${MAX_BYTES}`);
  console.error(`${output}: ${(size / 1e6).toFixed(1)} MB`);
  return output;
}
