/**
 * Windows programs on Linux: a Wine prefix of the tasks' own, and a copy of the runtime for it.
 */

import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";
import { pinnedRuntime, WINDOWS_RUNTIME } from "../shared/runtime.ts";
import { asProgram, isFile, run, spawn, TaskError } from "../shared/task.ts";
import { FOR_WINDOWS, setup } from "../setup.ts";
import { WINDOWS_BUILD } from "./paths.ts";

/** Starts a Windows program: its first argument. */
export const WINE = "/usr/lib/wine/wine64";
const WINE_SERVER = "/usr/lib/wine/wineserver64";

/** The prefix that everything uses that leaves no service behind. */
const PREFIX = `${WINDOWS_BUILD}/wine`;
/** Wine 8 lacks this library, which Windows has in its system directory. */
const RANDOM_SOURCE = fileURLToPath(new URL("bcryptprimitives.c", import.meta.url));

/**
 * No graphics, no menus on the desktop of whoever runs the task, no debugger that waits, no desktop: it
 * would keep the outputs of the program that first asks for a window open.
 */
const VARIABLES = {
  WINESERVER: WINE_SERVER,
  WINEDEBUG: "-all",
  WINEDLLOVERRIDES: "mscoree,mshtml,winemenubuilder.exe=;winedbg.exe,explorer.exe=d",
};

/**
 * Makes the prefix where there is none.
 *
 * @returns the variables with which {@linkcode WINE} uses it.
 * @throws {TaskError} when Wine or mingw are missing and cannot be installed.
 */
export function winePrefix(prefix = PREFIX): Promise<Record<string, string>> {
  // Whoever asks while it is being made waits for the same one.
  const asked = made.get(prefix) ?? makePrefix(prefix);
  made.set(prefix, asked);
  return asked;
}

const made = new Map<string, Promise<Record<string, string>>>();

async function makePrefix(prefix: string): Promise<Record<string, string>> {
  await setup(FOR_WINDOWS);
  const variables = { ...VARIABLES, WINEPREFIX: prefix };
  const library = `${prefix}/drive_c/windows/system32/bcryptprimitives.dll`;
  if (!isFile(library)) {
    await Deno.mkdir(prefix, { recursive: true, mode: 0o700 });
    await run(WINE, ["wineboot", "--init"], { env: variables });
    const draft = `${prefix}/bcryptprimitives.dll`;
    const compile = ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-s"];
    await run("x86_64-w64-mingw32-gcc", [...compile, "-o", draft, RANDOM_SOURCE, "-ladvapi32"]);
    await Deno.rename(draft, library);
  }
  return variables;
}

/** Ends what Wine left running in the prefix. */
export async function endWine(prefix = PREFIX): Promise<void> {
  const env = { ...VARIABLES, WINEPREFIX: prefix };
  await spawn(WINE_SERVER, ["--kill"], { env, stderr: "null" }).status;
}

/** How a Windows program names the file that Linux calls `path`. */
export function windowsPath(path: string): string {
  return `Z:${path.replaceAll("/", "\\")}`;
}

/** A function of Windows that V8 tries, and can do without; of Wine 8's it cannot. */
const TRIED = "VirtualAlloc2\0";
const NOT_FOUND = "VirtualAllocX\0";

/**
 * Path of a copy of the pinned runtime that V8 runs in under Wine 8, whose VirtualAlloc2 knows no
 * placeholders: the copy does not find that function. For tests alone; nothing shipped is altered.
 *
 * @throws {TaskError} when the runtime is not the one that this was made for.
 */
export async function runtimeForWine(): Promise<string> {
  const folder = `${WINDOWS_BUILD}/runtime-for-wine`;
  const path = `${folder}/deno-${WINDOWS_RUNTIME.version}.exe`;
  if (isFile(path)) return path;
  const bytes = await Deno.readFile(await pinnedRuntime(WINDOWS_RUNTIME));
  const buffer = Buffer.from(bytes.buffer);
  const at = buffer.indexOf(TRIED);
  if (at < 0 || buffer.includes(TRIED, at + 1)) {
    throw new TaskError(`deno.exe ${WINDOWS_RUNTIME.version} does not name VirtualAlloc2 once`);
  }
  buffer.write(NOT_FOUND, at);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(`${path}.new`, bytes, { mode: 0o755 });
  await Deno.rename(`${path}.new`, path);
  return path;
}

/** Runs a program for Windows: `deno run -A tasks/windows/wine.ts PROGRAM.exe ARGUMENTS…`. */
await asProgram(import.meta.main, async () => {
  const child = spawn(WINE, Deno.args, { env: await winePrefix() });
  Deno.exit((await child.status).code);
});
