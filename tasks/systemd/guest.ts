/** A virtual machine with systemd that runs a script of tests/systemd at every boot. */
import { makeInitramfs, readSteps, runMachine, type Step } from "../kernels/guest.ts";
import { type KernelImage } from "../kernels/images.ts";
import { ROOT } from "../shared/paths.ts";
import { TaskError } from "../shared/task.ts";
import { copyImage, enlargeImage, readFromImage, writeToImage } from "./image.ts";

const HERE = `${ROOT}/tests/systemd`;
const MODULES = [
  ...["virtio_ring", "virtio", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci"],
  "virtio_blk",
];
const MEMORY_MB = 1536;

/** What is done in a guest. */
export interface GuestTask {
  /** Name of the script in tests/systemd that every boot runs. */
  readonly script: string;
  /** Files put into the guest, by path there. */
  readonly files: Readonly<Record<string, string>>;
  /** Files that are copied out of it at its end: where to, by path there. */
  readonly results?: Readonly<Record<string, string>>;
  /** Size of its disk, as `resize2fs` takes it; that of the image when absent. */
  readonly disk?: string;
  /** How long it may take until it is off. */
  readonly limitMs: number;
}

/** A guest's whole run, over all its boots. */
export interface GuestRun {
  readonly steps: ReadonlyMap<string, Step>;
  readonly console: string;
}

/**
 * Boots a copy of `image` and returns once the guest is off.
 *
 * @throws {TaskError} when it is not off in time, or a result is not there
 */
export async function bootSystemd(
  kernel: KernelImage,
  image: string,
  { script, files, results = {}, disk: size, limitMs }: GuestTask,
): Promise<GuestRun> {
  const folder = await Deno.makeTempDir({ prefix: "monomi-systemd-" });
  try {
    const disk = `${folder}/disk`;
    const initramfs = `${folder}/initramfs`;
    await copyImage(image, disk);
    if (size !== undefined) await enlargeImage(disk, size);
    const scripts = { "/root/steps.sh": `${HERE}/${script}`, "/root/step.sh": `${HERE}/step.sh` };
    await writeToImage(disk, { ...files, ...scripts });
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
    await readFromImage(disk, results);
    return { steps: readSteps(console), console };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
