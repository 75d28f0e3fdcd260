/** Configurations to damage. */

import { ROOT } from "../shared/paths.ts";
import { walk } from "../shared/walk.ts";

/** A configuration that is not damaged yet. */
export interface Seed {
  readonly file: string;
  readonly text: string;
}

/** Larger ones cost time and teach nothing more. */
const MAX_BYTES = 6_000;
const FOLDERS = ["fixtures", "rules", "../shared/corpus/configs"];

/** All small configurations of the project, and of the corpus where it is there. */
export async function readSeeds(): Promise<Seed[]> {
  const seeds: Seed[] = [];
  for (const folder of FOLDERS) {
    for (const path of await walkIfThere(`${ROOT}/${folder}`)) {
      if (!/\.(xml|ya?ml)$/.test(path)) continue;
      const bytes = await Deno.readFile(path);
      if (bytes.length > MAX_BYTES) continue;
      seeds.push({ file: path.replace(/.*\//, ""), text: new TextDecoder().decode(bytes) });
    }
  }
  return seeds;
}

async function walkIfThere(folder: string): Promise<string[]> {
  try {
    return await walk(folder);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return [];
  }
}
