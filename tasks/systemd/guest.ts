/** A virtual machine with systemd that runs tests/systemd/steps.sh at every boot. */
import { makeInitramfs, readSteps, runMachine, type Step } from "../kernels/guest.ts";
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
    const machine = {
      vmlinuz: kernel.vmlinuz,
      initramfs,
      memoryMb: MEMORY_MB,
      parameters: ["systemd.show_status=0", "lsm=lockdown,yama,bpf"],
      devices: ["-drive", `file=${disk},format=raw,if=virtio,cache=unsafe`],
    };
    const { isOff, console } = await runMachine(machine, { limitMs, silenceMs: limitMs });
    if (!isOff) {
      throw new TaskError(`the guest was not off after ${limitMs / 1000} s; it said:\n${console}`);
    }
    return { steps: readSteps(console), console };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
