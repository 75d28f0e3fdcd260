/** TypeScript bundled into one text, for the single file. */

import { ROOT } from "./paths.ts";
import { run } from "./task.ts";

// Of packages that come in two builds, the one for browsers starts faster and needs no environment.
const FORM = ["--quiet", "--minify", "--platform", "browser", "--format", "cjs"];

/**
 * Bundles `entry`, relative to the root, in CommonJS format; several may do so at a time.
 *
 * @param external packages that stay outside
 */
export async function bundled(entry: string, external: readonly string[] = []): Promise<string> {
  await Deno.mkdir(`${ROOT}/build`, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: `${ROOT}/build`, prefix: "bundle-" });
  try {
    const output = `${folder}/bundle.cjs`;
    const outside = external.flatMap((name) => ["--external", name]);
    await run(Deno.execPath(), ["bundle", ...FORM, ...outside, "--output", output, entry], {
      cwd: ROOT,
    });
    return await Deno.readTextFile(output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
