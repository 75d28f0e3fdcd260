/**
 * Installs what a build and a test run need and this machine lacks.
 *
 * Quick when everything is there. Uses apt-get as root; elsewhere it says what to install.
 */

import { asProgram, isInstalled, run, TaskError } from "./shared/task.ts";

/** A program that must be there, and the Debian packages that bring it. */
interface Requirement {
  readonly program: string;
  readonly packages: readonly string[];
}

const REQUIREMENTS: readonly Requirement[] = [
  { program: "cc", packages: ["gcc", "libc6-dev"] },
  { program: "clang", packages: ["clang"] },
];

/**
 * Makes sure that everything the other tasks call is installed.
 *
 * @throws {TaskError} naming what is missing, when it cannot be installed from here.
 */
export async function setup(): Promise<void> {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    throw new TaskError("monomi is built on x86-64 Linux");
  }
  if (!await isInstalled("cargo")) {
    throw new TaskError("cargo is not installed: install Rust 1.95 or newer (https://rustup.rs)");
  }
  const packages = [];
  for (const requirement of REQUIREMENTS) {
    if (!await isInstalled(requirement.program)) packages.push(...requirement.packages);
  }
  if (packages.length > 0) await install(packages);
}

async function install(packages: readonly string[]): Promise<void> {
  const arguments_ = ["install", "--yes", "--no-install-recommends", ...packages];
  if (!await isInstalled("apt-get")) {
    throw new TaskError(`install these packages or your system's like: ${packages.join(" ")}`);
  }
  if (Deno.uid() !== 0) {
    throw new TaskError(`run this as root first: apt-get ${arguments_.join(" ")}`);
  }
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "--quiet"], { env });
  await run("apt-get", arguments_, { env });
}

await asProgram(import.meta.main, setup);
