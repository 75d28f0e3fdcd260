/**
 * The compiler for Windows: Debian's Rust, mingw's linker, and a standard library that is built
 * here, because none can be downloaded from a mirror of Debian's packages or of crates.io.
 */

import { asProgram, isFile, run, spawn, TaskError } from "../shared/task.ts";
import { FOR_WINDOWS, setup } from "../setup.ts";
import { WINDOWS_BUILD, WINDOWS_CARGO, WINDOWS_TARGET } from "./paths.ts";

/** Named in full: rustup's come first in the PATH and do not fit Debian's sources. */
const RUSTC = "/usr/bin/rustc";
/** The cargo that builds for Windows. */
export const CARGO = "/usr/bin/cargo";

const CRATES = "std,panic_unwind,panic_abort,proc_macro,test";

/**
 * Sets the compiler up, after its packages.
 *
 * @returns the variables with which {@linkcode CARGO} builds for {@linkcode WINDOWS_TARGET}.
 * @throws {TaskError} naming what is missing.
 */
export async function toolchain(): Promise<Record<string, string>> {
  await setup(FOR_WINDOWS);
  const root = await standardLibrary();
  return {
    RUSTC,
    CARGO_TARGET_DIR: WINDOWS_CARGO,
    CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER: "x86_64-w64-mingw32-gcc",
    CARGO_ENCODED_RUSTFLAGS: `--sysroot=${root}`,
    // The standard library that is built here holds no bitcode.
    CARGO_PROFILE_RELEASE_LTO: "off",
  };
}

/** A sysroot with the standard library for Windows, built once for each version of the compiler. */
async function standardLibrary(): Promise<string> {
  const [, version, commit] = (await outputOf(RUSTC, "--version")).split(/[ ()]+/);
  const root = `${WINDOWS_BUILD}/std-${version}-${commit}`;
  const libraries = `${root}/lib/rustlib/${WINDOWS_TARGET}/lib`;
  if (isFile(`${root}/complete`)) return root;

  const source = `${await outputOf(RUSTC, "--print", "sysroot")}/lib/rustlib/src/rust/library`;
  if (!isDirectory(`${source}/vendor`)) {
    throw new TaskError(
      `${source}/vendor is missing: install rust-web-src, of rustc-web's version`,
    );
  }
  const crate = `${WINDOWS_BUILD}/std-crate`;
  await writeCrate(crate, source);
  const build = ["build", "--release", "--offline", `-Zbuild-std=${CRATES}`];
  await run(CARGO, [...build, "--target", WINDOWS_TARGET], {
    cwd: crate,
    env: { RUSTC, RUSTC_BOOTSTRAP: "1", CARGO_TARGET_DIR: `${crate}/target` },
  });
  await Deno.mkdir(libraries, { recursive: true });
  const built = `${crate}/target/${WINDOWS_TARGET}/release/deps`;
  for (const { name } of Deno.readDirSync(built)) {
    if (name.endsWith(".rlib")) await Deno.copyFile(`${built}/${name}`, `${libraries}/${name}`);
  }
  await Deno.remove(crate, { recursive: true });
  await Deno.writeTextFile(`${root}/complete`, "");
  return root;
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** An empty crate whose only packages are those that come with the standard library's source. */
async function writeCrate(crate: string, source: string): Promise<void> {
  await Deno.mkdir(`${crate}/src`, { recursive: true });
  await Deno.mkdir(`${crate}/.cargo`, { recursive: true });
  const manifest = ["[package]", 'name = "empty"', 'edition = "2024"', "[workspace]", ""];
  const config = [
    "[source.crates-io]",
    'replace-with = "vendored"',
    "[source.vendored]",
    `directory = ${JSON.stringify(`${source}/vendor`)}`,
    "",
  ];
  await Deno.writeTextFile(`${crate}/Cargo.toml`, manifest.join("\n"));
  await Deno.writeTextFile(`${crate}/.cargo/config.toml`, config.join("\n"));
  await Deno.writeTextFile(`${crate}/src/lib.rs`, "");
}

async function outputOf(program: string, ...args: string[]): Promise<string> {
  const { stdout, success } = await spawn(program, args, { stdin: "null", stdout: "piped" })
    .output();
  if (!success) throw new TaskError(`\`${program} ${args.join(" ")}\` failed`);
  return new TextDecoder().decode(stdout).trim();
}

await asProgram(import.meta.main, async () => {
  for (const [name, value] of Object.entries(await toolchain())) console.log(`${name}=${value}`);
});
