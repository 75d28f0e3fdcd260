/** The virtual Debian with systemd, where it can be had. */
import { bootSystemd, type GuestRun, type GuestTask } from "../../tasks/systemd/guest.ts";
import { systemdImage } from "../../tasks/systemd/image.ts";
import { KERNEL_SERIES, kernelImage } from "../../tasks/kernels/images.ts";
import { FOR_KERNELS, FOR_SYSTEMD } from "../../tasks/setup.ts";
import { isInstalled } from "../../tasks/shared/task.ts";

const parts = await partsOrReason();

/** Why it cannot be had here, or undefined. */
export const debianImpossible: string | undefined = typeof parts === "string" ? parts : undefined;

/** Boots it, and returns once it is off. @throws when it is not off in time */
export async function bootDebian(task: GuestTask): Promise<GuestRun> {
  if (typeof parts === "string") throw new Error(parts);
  return await bootSystemd(parts.kernel, parts.image, task);
}

async function partsOrReason() {
  const missing = [...FOR_KERNELS, ...FOR_SYSTEMD].find(({ program }) => !isInstalled(program));
  if (missing !== undefined) return `${missing.program} is not installed`;
  try {
    return { kernel: await kernelImage(KERNEL_SERIES[0]), image: await systemdImage() };
  } catch (error) {
    return (error as Error).message.split("\n")[0];
  }
}
