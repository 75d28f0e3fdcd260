/** Compiles the native library, the launcher's programs, and bundles the TypeScript. */

import { dirname } from "node:path";
import { FOR_BUILD, setup } from "./setup.ts";
import { bundled } from "./shared/bundle.ts";
import { KAFKA_PACKAGE, kafkaClient } from "./shared/kafka_bundle.ts";
import { LIBRARY, ROOT, SCRIPT, TARGET } from "./shared/paths.ts";
import { programInString } from "./shared/script.ts";
import { asProgram, run } from "./shared/task.ts";

const NATIVE = `${ROOT}/native`;

/** Builds everything that the single file is made of, after {@linkcode setup}. */
export async function build(): Promise<void> {
  await setup(FOR_BUILD);
  await buildLibrary();
  await buildLauncher();
  await buildProgram();
}

/**
 * Builds the native library alone.
 *
 * @returns its path
 */
export async function buildLibrary(): Promise<string> {
  await run("cargo", ["build", "--release", "--package", "monomi"], { cwd: NATIVE });
  return LIBRARY;
}

/** The launcher is static so that no variable of its caller can slip code into it. */
async function buildLauncher(): Promise<void> {
  await run("cargo", ["build", "--release", "--package", "monomi-preload", "--lib"], {
    cwd: NATIVE,
  });
  await buildStatic("monomi-launcher");
}

/** Bundles the program and builds the tool that packs it: what is the same for every target. */
export async function buildProgram(): Promise<void> {
  // As the launcher is built, so that what both use is compiled once.
  await buildStatic("monomi-pack");
  await bundle();
}

async function buildStatic(program: string): Promise<void> {
  const what = ["--package", "monomi-launcher", "--bin", program, "--target", TARGET];
  await run("cargo", ["build", "--release", ...what], {
    cwd: NATIVE,
    env: { CARGO_ENCODED_RUSTFLAGS: "-Ctarget-feature=+crt-static" },
  });
}

/** Bundles the TypeScript into the script that the single file carries. */
async function bundle(): Promise<void> {
  const program = await bundled("main.ts", [KAFKA_PACKAGE]);
  const script = programInString(program, { [KAFKA_PACKAGE]: await kafkaClient() });
  // Another task may be reading it.
  const fresh = await Deno.makeTempFile({ dir: dirname(SCRIPT), prefix: "script-" });
  await Deno.writeTextFile(fresh, script);
  await Deno.rename(fresh, SCRIPT);
}

await asProgram(import.meta.main, build);
