/** A virtual machine that boots a kernel, runs steps, and tells what each printed. */

import { ROOT } from "../shared/paths.ts";
import { TaskError } from "../shared/task.ts";
import type { KernelImage } from "./images.ts";

const INIT = `${ROOT}/tests/kernels/init`;
const BUSYBOX = "/bin/busybox";
const MEMORY_MB = 2048;

/** What is put into a guest's file system. */
export interface GuestFiles {
  /** Programs, by path in the guest; their shared libraries come along. */
  readonly programs: Readonly<Record<string, string>>;
  /** Libraries that are loaded later, whose own dependencies come along. */
  readonly libraries: readonly string[];
  /** Other files by path in the guest. */
  readonly files: Readonly<Record<string, string>>;
  /** Kernel modules by name, without `.ko`, loaded in this order. */
  readonly modules?: readonly string[];
  /** Shell lines, each `step NAME PROGRAM ARGUMENT…`; see tests/kernels/init. */
  readonly steps: string;
}

/** What one step of a guest did. */
export interface Step {
  readonly name: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** A guest's whole run. */
export interface GuestRun {
  readonly steps: ReadonlyMap<string, Step>;
  /** Everything on the console, for the case that something went wrong. */
  readonly console: string;
}

/**
 * Boots `image` with an initramfs of `files` and returns once the guest is off.
 *
 * @param parameters further parameters of the kernel, such as `lsm=lockdown,yama,bpf`
 * @throws {TaskError} when the guest is not off after `limitMs`
 */
export async function boot(
  image: KernelImage,
  files: GuestFiles,
  parameters: readonly string[],
  limitMs: number,
): Promise<GuestRun> {
  const folder = await Deno.makeTempDir({ prefix: "monomi-guest-" });
  try {
    const initramfs = `${folder}/initramfs`;
    await makeInitramfs(image, files, `${folder}/root`, initramfs);
    const console = await start(image, initramfs, parameters, limitMs);
    return { steps: readSteps(console), console };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes an initramfs of `files`, put together in the folder `root`, whose first process is `init`. */
export async function makeInitramfs(
  image: KernelImage,
  { programs, libraries, files, modules = [], steps }: GuestFiles,
  root: string,
  initramfs: string,
  init = INIT,
): Promise<void> {
  for (const name of ["bin", "dev", "proc", "sys", "tmp", "root", "run", "etc", "modules"]) {
    await Deno.mkdir(`${root}/${name}`, { recursive: true });
  }
  await copy(init, `${root}/init`, 0o755);
  await copy(BUSYBOX, `${root}/bin/busybox`, 0o755);
  for (const [path, source] of Object.entries(programs)) await copy(source, root + path, 0o755);
  for (const [path, source] of Object.entries(files)) await copy(source, root + path, 0o644);
  for (const object of [...Object.values(programs), ...libraries]) {
    for (const library of await sharedLibraries(object)) {
      await copy(library, root + library, 0o755);
    }
  }
  for (const [order, name] of modules.entries()) {
    await copyModule(image, name, `${root}/modules/${String(order).padStart(2, "0")}-${name}.ko`);
  }
  await Deno.writeTextFile(`${root}/etc/passwd`, "root:x:0:0:root:/root:/bin/sh\n");
  await Deno.writeTextFile(`${root}/steps`, steps);
  await archive(root, initramfs);
}

async function copy(source: string, target: string, mode: number): Promise<void> {
  await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
  await Deno.copyFile(source, target);
  await Deno.chmod(target, mode);
}

async function copyModule(image: KernelImage, name: string, target: string): Promise<void> {
  const index = await Deno.readTextFile(`${image.modules}/modules.builtin`).catch(() => "");
  if (index.includes(`/${name}.ko`)) return;
  const { stdout } = await new Deno.Command("find", {
    args: [image.modules, "-name", `${name}.ko*`],
  }).output();
  const [path] = new TextDecoder().decode(stdout).trim().split("\n");
  if (path === "") throw new TaskError(`kernel ${image.release} has no module ${name}`);
  if (path.endsWith(".xz")) {
    const { stdout: bytes } = await new Deno.Command("xz", { args: ["-dc", path] }).output();
    await Deno.writeFile(target, bytes);
  } else {
    await Deno.copyFile(path, target);
  }
}

/** What the loader would load for a program or library, the loader included. */
async function sharedLibraries(object: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("ldd", { args: [object], stderr: "null" }).output();
  return Array.from(new TextDecoder().decode(stdout).matchAll(/(\/\S+) \(0x/g), ([, path]) => path);
}

async function archive(root: string, target: string): Promise<void> {
  const list = new Deno.Command("find", { args: ["."], cwd: root, stdout: "piped" }).spawn();
  using file = await Deno.open(target, { write: true, createNew: true, mode: 0o600 });
  const cpio = new Deno.Command("cpio", {
    args: ["--create", "--format=newc", "--quiet"],
    cwd: root,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  await Promise.all([list.stdout.pipeTo(cpio.stdin), cpio.stdout.pipeTo(file.writable)]);
  if (!(await cpio.status).success) throw new TaskError("cpio cannot make the initramfs");
}

async function start(
  image: KernelImage,
  initramfs: string,
  parameters: readonly string[],
  limitMs: number,
): Promise<string> {
  const child = new Deno.Command("qemu-system-x86_64", {
    args: [
      // Hardware acceleration is not to be had in many build machines, and hangs in some.
      ...["-accel", "tcg,thread=multi", "-smp", "2", "-m", String(MEMORY_MB)],
      ...["-display", "none", "-serial", "stdio", "-no-reboot", "-nic", "none"],
      ...["-kernel", image.vmlinuz, "-initrd", initramfs],
      ...["-append", ["console=ttyS0", "quiet", "panic=-1", ...parameters].join(" ")],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, limitMs);
  const { stdout, stderr, success } = await child.output();
  clearTimeout(timer);
  const text = new TextDecoder().decode(stdout).replaceAll("\r", "");
  if (late) {
    throw new TaskError(
      `kernel ${image.release} was not off after ${limitMs / 1000} s; it said:\n${text}`,
    );
  }
  if (!success) throw new TaskError(`qemu failed: ${new TextDecoder().decode(stderr)}`);
  return text;
}

/** The steps in what a guest's console shows. */
export function readSteps(console: string): Map<string, Step> {
  const pattern = /^@@begin (\S+)\n([^]*?)^@@errors\n([^]*?)^@@end (\d+)$/gm;
  const steps = new Map<string, Step>();
  for (const [, name, stdout, stderr, code] of console.matchAll(pattern)) {
    steps.set(name, { name, stdout, stderr, code: Number(code) });
  }
  return steps;
}
