/** Makes dist/monomi-compiled with `deno compile`, where its base can be had. */

import { buildLibrary } from "./build.ts";
import { FOR_BUILD, setup } from "./setup.ts";
import { COMPILED, ROOT } from "./shared/paths.ts";
import { asProgram, spawn, TaskError } from "./shared/task.ts";

const NO_BASE = `deno compile needs its own base, which it downloads and could not get here.
Use \`deno task pack\`, which needs only npm, or give it the base: set DENORT_BIN to a denort of
version ${Deno.version.deno}, or put its archive into DENO_DIR/dl/release/v${Deno.version.deno}/.`;

/** Compiles the program with the native library inside. */
export async function compile(): Promise<void> {
  await setup(FOR_BUILD);
  const library = await buildLibrary();
  await Deno.mkdir(`${ROOT}/dist`, { recursive: true });
  const child = spawn(Deno.execPath(), [
    "compile",
    "--no-prompt",
    "--no-code-cache",
    "--allow-all",
    "--include",
    library,
    "--output",
    COMPILED,
    "main.ts",
  ], { cwd: ROOT, stdin: "null", stderr: "piped" });
  const [{ success }, problems] = await Promise.all([
    child.status,
    new Response(child.stderr).text(),
  ]);
  console.error(problems.trimEnd());
  if (success) return;
  throw new TaskError(problems.includes("Setting up base binary") ? NO_BASE : "nothing compiled");
}

await asProgram(import.meta.main, compile);
