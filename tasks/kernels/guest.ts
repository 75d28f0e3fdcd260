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
  /** Kernel modules by name, without `.ko`, that are put into `/lib` and not loaded. */
  readonly spareModules?: readonly string[];
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
  /** What a first guest said before it hung and was given up; undefined when none did. */
  readonly hung?: string;
  readonly steps: ReadonlyMap<string, Step>;
  /** Everything on the console, for the case that something went wrong. */
  readonly console: string;
}

/** How long a guest may work. */
export interface Patience {
  /** Until it is off. */
  readonly limitMs: number;
  /** Without a word; a step speaks when it is over. */
  readonly silenceMs: number;
}

/**
 * Boots `image` with an initramfs of `files` and returns once the guest is off. A guest that hangs is booted
 * once more: the emulator, at times, misses what a kernel changes in its own code.
 *
 * @param parameters further parameters of the kernel, such as `lsm=lockdown,yama,bpf`
 * @throws {TaskError} when the second guest is not off in time, either
 */
export async function boot(
  image: KernelImage,
  files: GuestFiles,
  parameters: readonly string[],
  patience: Patience,
): Promise<GuestRun> {
  const folder = await Deno.makeTempDir({ prefix: "monomi-guest-" });
  try {
    const initramfs = `${folder}/initramfs`;
    await makeInitramfs(image, files, `${folder}/root`, initramfs);
    const { vmlinuz } = image;
    const machine = {
      vmlinuz,
      initramfs,
      memoryMb: MEMORY_MB,
      parameters,
      devices: ["-no-reboot"],
    };
    const start = () => runMachine(machine, patience);
    const first = await start();
    if (first.isOff) return { steps: readSteps(first.console), console: first.console };
    const { isOff, console } = await start();
    if (isOff) return { steps: readSteps(console), console, hung: first.console };
    throw new TaskError(`kernel ${image.release} hung twice; it said:\n${console}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes an initramfs of `files`, put together in the folder `root`, whose first process is `init`. */
export async function makeInitramfs(
  image: KernelImage,
  { programs, libraries, files, modules = [], spareModules = [], steps }: GuestFiles,
  root: string,
  initramfs: string,
  init = INIT,
): Promise<void> {
  const folders = [
    "bin",
    "dev",
    "proc",
    "sys",
    "tmp",
    "root",
    "run",
    "etc",
    "modules",
    "lib",
    "ext",
  ];
  for (const name of folders) {
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
  for (const name of spareModules) await copyModule(image, name, `${root}/lib/${name}.ko`);
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

/** A virtual machine's hardware and what it boots. */
export interface Machine {
  readonly vmlinuz: string;
  readonly initramfs: string;
  readonly memoryMb: number;
  /** Of the kernel's command line, behind the console's. */
  readonly parameters: readonly string[];
  /** More arguments for QEMU. */
  readonly devices: readonly string[];
}

/** The host's time stamps are one clock for all of a guest's processors; it would ask a timer device, which is slow. */
const CLOCK = "tsc=reliable";
const PARAMETERS = ["console=ttyS0", "quiet", "panic=-1", CLOCK];

/**
 * Boots a machine; what its console showed until it was off, or was given up.
 *
 * @throws {TaskError} when there is no machine
 */
export async function runMachine(
  { vmlinuz, initramfs, memoryMb, parameters, devices }: Machine,
  { limitMs, silenceMs }: Patience,
): Promise<{ readonly isOff: boolean; readonly console: string }> {
  const child = new Deno.Command("qemu-system-x86_64", {
    args: [
      // Hardware acceleration is not to be had in many build machines, and hangs in some. With a
      // thread for each processor a guest hung at times on a busy machine.
      ...["-accel", "tcg,thread=single", "-smp", "2", "-m", String(memoryMb)],
      ...["-display", "none", "-serial", "stdio", "-nic", "none", ...devices],
      ...["-kernel", vmlinuz, "-initrd", initramfs],
      ...["-append", [...PARAMETERS, ...parameters].join(" ")],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let isOff = true;
  const giveUp = () => {
    isOff = false;
    try {
      child.kill("SIGKILL");
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
  };
  const limit = setTimeout(giveUp, limitMs);
  let silence = setTimeout(giveUp, silenceMs);
  let console = "";
  const complaints = new Response(child.stderr).text();
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    console += text;
    clearTimeout(silence);
    silence = setTimeout(giveUp, silenceMs);
  }
  const { success } = await child.status;
  clearTimeout(limit);
  clearTimeout(silence);
  if (isOff && !success) throw new TaskError(`qemu failed: ${await complaints}`);
  await complaints;
  return { isOff, console: console.replaceAll("\r", "") };
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

/** What a step beside a sensor printed: its own words, then what the sensor wrote and said. */
export interface Watched {
  readonly said: string;
  readonly events: readonly Record<string, unknown>[];
  readonly sensor: string;
}

/** The parts of what a script printed that ends with `finish` of tests/kernels/sensor.sh. */
export function readWatched(step: Step | undefined): Watched {
  const [said, rest = ""] = (step?.stdout ?? "").split("=== events\n");
  const [lines, sensor = ""] = rest.split("=== sensor\n");
  const events = lines.split("\n").filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
  return { said, events, sensor: sensor || (step?.stderr ?? "no such step") };
}
