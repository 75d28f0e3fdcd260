/**
 * Makes dist/monomi-compiled with `deno compile`, where its base can be had.
 *
 * `deno task compile --target x86_64-pc-windows-msvc` makes dist/monomi-compiled.exe for Windows.
 */

import { parseArgs } from "node:util";

import { buildLibrary } from "./build.ts";
import { FOR_BUILD, setup } from "./setup.ts";
import { COMPILED, ROOT, TARGET as LINUX } from "./shared/paths.ts";
import { asProgram, spawn, TaskError } from "./shared/task.ts";
import { buildNativeForWindows } from "./windows/build.ts";
import { WINDOWS_LIBRARY } from "./windows/paths.ts";

const USAGE = "usage: deno task compile [--target x86_64-unknown-linux-gnu|x86_64-pc-windows-msvc]";

/** A system to compile for: `deno compile` names Windows' differently from cargo with mingw. */
interface Target {
  readonly library: () => Promise<string>;
  readonly output: string;
}

const TARGETS: Readonly<Record<string, Target>> = {
  [LINUX]: { library: buildLibrary, output: COMPILED },
  "x86_64-pc-windows-msvc": {
    library: async () => {
      await buildNativeForWindows();
      return WINDOWS_LIBRARY;
    },
    output: `${COMPILED}.exe`,
  },
};

function noBase(target: string): string {
  return `deno compile needs its own base, which it downloads and could not get here.
Use \`deno task pack${
    target === LINUX ? "" : " --target windows"
  }\`, which needs only npm, or give it the base: set DENORT_BIN to a denort of
version ${Deno.version.deno} for ${target}, or put denort-${target}.zip into
DENO_DIR/dl/release/v${Deno.version.deno}/.`;
}

/** Compiles the program with the native library inside. */
export async function compile(target: string = LINUX): Promise<void> {
  if (!Object.hasOwn(TARGETS, target)) throw new TaskError(USAGE);
  const { library, output } = TARGETS[target];
  await setup(FOR_BUILD);
  await Deno.mkdir(`${ROOT}/dist`, { recursive: true });
  const child = spawn(Deno.execPath(), [
    "compile",
    "--no-prompt",
    "--no-code-cache",
    "--allow-all",
    "--target",
    target,
    "--include",
    await library(),
    "--output",
    output,
    "main.ts",
  ], { cwd: ROOT, stdin: "null", stderr: "piped" });
  const [{ success }, problems] = await Promise.all([
    child.status,
    new Response(child.stderr).text(),
  ]);
  console.error(problems.trimEnd());
  if (success) return;
  throw new TaskError(
    problems.includes("Setting up base binary") ? noBase(target) : "nothing compiled",
  );
}

function readTarget(): string | undefined {
  try {
    return parseArgs({ args: Deno.args, options: { target: { type: "string" } } }).values.target;
  } catch (error) {
    throw new TaskError(`${(error as Error).message}\n${USAGE}`);
  }
}

await asProgram(import.meta.main, () => compile(readTarget()));
