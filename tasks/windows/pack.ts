/** Makes dist/monomi.exe, the single file for Windows. */

import { buildProgram } from "../build.ts";
import { type Effort, packParts } from "../pack_parts.ts";
import { FOR_BUILD, setup } from "../setup.ts";
import { SCRIPT } from "../shared/paths.ts";
import { pinnedRuntime, WINDOWS_RUNTIME } from "../shared/runtime.ts";
import { buildForFakeTracing, buildNativeForWindows } from "./build.ts";
import {
  PACKED_FOR_FAKE,
  PACKED_FOR_WINE,
  WINDOWS_LAUNCHER,
  WINDOWS_LIBRARY,
  WINDOWS_PACKED,
} from "./paths.ts";
import { runtimeForWine } from "./wine.ts";

/**
 * Builds and packs for Windows.
 *
 * @returns the path of the single file
 */
export async function packForWindows(effort: Effort = "normal"): Promise<string> {
  return await packWith(await pinnedRuntime(WINDOWS_RUNTIME), WINDOWS_PACKED, effort);
}

/**
 * The same with a runtime that runs under Wine, for tests.
 *
 * @returns the path of that file
 */
export async function packForWine(): Promise<string> {
  return await packWith(await runtimeForWine(), PACKED_FOR_WINE, "normal");
}

/**
 * A single file whose tracing functions are those of native/windows/fake-etw, for tests of the service.
 *
 * @returns the path of that file
 */
export async function packFakeForWine(): Promise<string> {
  await setup(FOR_BUILD);
  await buildProgram();
  const folder = await buildForFakeTracing();
  const [launcher, library] = ["monomi-launcher.exe", "monomi.dll"].map((name) =>
    `${folder}/${name}`
  );
  const parts = [launcher, await runtimeForWine(), SCRIPT, library];
  return await packParts(parts, PACKED_FOR_FAKE, "normal");
}

async function packWith(runtime: string, output: string, effort: Effort): Promise<string> {
  await setup(FOR_BUILD);
  await buildProgram();
  await buildNativeForWindows();
  return await packParts([WINDOWS_LAUNCHER, runtime, SCRIPT, WINDOWS_LIBRARY], output, effort);
}
