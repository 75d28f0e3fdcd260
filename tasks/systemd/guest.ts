/** A virtual machine with systemd that runs tests/systemd/steps.sh at every boot. */
import { makeInitramfs, readSteps, type Step } from "../kernels/guest.ts";
import { type KernelImage } from "../kernels/images.ts";
import { ROOT } from "../shared/paths.ts";
import { TaskError } from "../shared/task.ts";
import { copyImage } from "./image.ts";

const HERE = `${ROOT}/tests/systemd`;
const MODULES = [
  ...["virtio_ring", "virtio", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci"],
  "virtio_blk",
];
const MEMORY_MB = 1536;

/** A guest's whole run, over all its boots. */
export interface GuestRun {
  readonly steps: ReadonlyMap<string, Step>;
  readonly console: string;
}

/**
 * Boots a copy of `image` with `files` in it, by path there, and returns once the guest is off.
 *
 * @throws {TaskError} when it is not off after `limitMs`
 */
export async function bootSystemd(
  kernel: KernelImage,
  image: string,
  files: Readonly<Record<string, string>>,
  limitMs: number,
): Promise<GuestRun> {
  const folder = await Deno.makeTempDir({ prefix: "monomi-systemd-" });
  try {
    const disk = `${folder}/disk`;
    const initramfs = `${folder}/initramfs`;
    await copyImage(image, disk, { ...files, "/root/steps.sh": `${HERE}/steps.sh` });
    await makeInitramfs(
      kernel,
      { programs: {}, libraries: [], files: {}, modules: MODULES, steps: "" },
      `${folder}/root`,
      initramfs,
      `${HERE}/init`,
    );
    const console = await start(kernel, initramfs, disk, limitMs);
    return { steps: readSteps(console), console };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function start(
  { vmlinuz }: KernelImage,
  initramfs: string,
  disk: string,
  limitMs: number,
): Promise<string> {
  const child = new Deno.Command("qemu-system-x86_64", {
    args: [
      ...["-accel", "tcg,thread=multi", "-smp", "2", "-m", String(MEMORY_MB)],
      ...["-display", "none", "-serial", "stdio", "-nic", "none"],
      ...["-drive", `file=${disk},format=raw,if=virtio,cache=unsafe`],
      ...["-kernel", vmlinuz, "-initrd", initramfs],
      "-append",
      "console=ttyS0 quiet panic=-1 systemd.show_status=0 lsm=lockdown,yama,bpf",
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
    throw new TaskError(`the guest was not off after ${limitMs / 1000} s; it said:\n${text}`);
  }
  if (!success) throw new TaskError(`qemu failed: ${new TextDecoder().decode(stderr)}`);
  return text;
}
