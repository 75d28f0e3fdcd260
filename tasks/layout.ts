/** Writes the views of the binary record's layout that are checked in, from native/record. */

import { ROOT } from "./shared/paths.ts";
import { asProgram, spawn, TaskError } from "./shared/task.ts";

const VIEWS = {
  snapshot: `${ROOT}/native/record/layout.txt`,
  typescript: `${ROOT}/src/events/record_layout.ts`,
} as const;

/** What native/record says about its layout in one of its views. */
async function view(name: string): Promise<string> {
  const args = ["run", "--quiet", "--package", "monomi-record", "--bin", "layout", "--", name];
  const child = spawn("cargo", args, { cwd: `${ROOT}/native`, stdin: "null", stdout: "piped" });
  const [text, { code }] = await Promise.all([new Response(child.stdout).text(), child.status]);
  if (code !== 0) throw new TaskError(`\`cargo ${args.join(" ")}\` ended with ${code}`);
  return text;
}

await asProgram(import.meta.main, async () => {
  for (const [name, path] of Object.entries(VIEWS)) {
    const text = await view(name);
    if (await Deno.readTextFile(path) === text) continue;
    await Deno.writeTextFile(path, text);
    console.error(`${path}: written anew`);
  }
});
