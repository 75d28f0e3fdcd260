/**
 * Installs what a build and a test run need and this machine lacks.
 *
 * Quick when everything is there. Uses apt-get as root; elsewhere it says what to install.
 */

import { asProgram, isInstalled, run, TaskError } from "./shared/task.ts";

/** A program that must be there, and the Debian packages that bring it. */
export interface Requirement {
  /** Its name in the PATH, or a file's whole path. */
  readonly program: string;
  readonly packages: readonly string[];
}

/** What the build calls, besides cargo. */
export const FOR_BUILD: readonly Requirement[] = [
  { program: "cc", packages: ["gcc", "libc6-dev"] },
  { program: "clang", packages: ["clang"] },
];

/** What the tests call, besides. */
export const FOR_TESTS: readonly Requirement[] = [
  { program: "evtx_dump.py", packages: ["python3-evtx"] },
  { program: "bpftool", packages: ["bpftool"] },
  { program: "bpftrace", packages: ["bpftrace"] },
  { program: "gdb", packages: ["gdb"] },
  { program: "/usr/sbin/nginx", packages: ["nginx-light"] },
  { program: "openssl", packages: ["openssl"] },
  { program: "ps", packages: ["procps"] },
  { program: "rsyslogd", packages: ["rsyslog"] },
  {
    program: "/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_gtls.so",
    packages: ["rsyslog-gnutls"],
  },
  { program: "/lib/systemd/systemd-journald", packages: ["systemd"] },
  { program: "strace", packages: ["strace"] },
  { program: "xmllint", packages: ["libxml2-utils"] },
];

/** What a Kafka broker for the tests needs, besides. */
export const FOR_KAFKA: readonly Requirement[] = [
  { program: "java", packages: ["default-jre-headless"] },
  { program: "mvn", packages: ["maven"] },
];

/** What booting other kernels calls, besides. */
export const FOR_KERNELS: readonly Requirement[] = [
  { program: "qemu-system-x86_64", packages: ["qemu-system-x86"] },
  { program: "busybox", packages: ["busybox-static"] },
  { program: "cpio", packages: ["cpio"] },
  { program: "xz", packages: ["xz-utils"] },
];

/** What the Windows build and its tests under Wine call, besides. */
export const FOR_WINDOWS: readonly Requirement[] = [
  {
    program: "x86_64-w64-mingw32-gcc",
    packages: ["gcc-mingw-w64-x86-64-posix", "mingw-w64-x86-64-dev"],
  },
  { program: "/usr/bin/rustc", packages: ["rustc-web"] },
  { program: "/usr/bin/cargo", packages: ["cargo-web"] },
  { program: "/usr/lib/rustlib/src/rust/library/std/Cargo.toml", packages: ["rust-web-src"] },
  { program: "/usr/lib/wine/wine64", packages: ["wine64"] },
];

/** What making and booting a Debian with systemd calls, besides. */
export const FOR_SYSTEMD: readonly Requirement[] = [
  { program: "debootstrap", packages: ["debootstrap"] },
  { program: "debugfs", packages: ["e2fsprogs"] },
];

/**
 * Makes sure that cargo and the programs of `requirements` are installed.
 *
 * @throws {TaskError} naming what is missing, when it cannot be installed from here.
 */
export async function setup(requirements: readonly Requirement[]): Promise<void> {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    throw new TaskError("monomi is built on x86-64 Linux");
  }
  if (!isInstalled("cargo")) {
    throw new TaskError("cargo is not installed: install Rust 1.95 or newer (https://rustup.rs)");
  }
  const packages = [];
  for (const requirement of requirements) {
    if (!isInstalled(requirement.program)) packages.push(...requirement.packages);
  }
  if (packages.length > 0) await install(packages);
}

async function install(packages: readonly string[]): Promise<void> {
  const arguments_ = ["install", "--yes", "--no-install-recommends", ...packages];
  if (!isInstalled("apt-get")) {
    throw new TaskError(`install these packages or your system's like: ${packages.join(" ")}`);
  }
  if (Deno.uid() !== 0) {
    throw new TaskError(`run this as root first: apt-get ${arguments_.join(" ")}`);
  }
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "--quiet"], { env });
  await run("apt-get", arguments_, { env });
}

await asProgram(import.meta.main, () => setup([...FOR_BUILD, ...FOR_TESTS]));
