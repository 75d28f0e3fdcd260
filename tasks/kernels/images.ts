/** Kernels of Debian packages, unpacked beside the build and never installed. */

import { ROOT } from "../shared/paths.ts";
import { run, TaskError } from "../shared/task.ts";

/** Where kernels and the guests' programs are kept. */
export const FOLDER = `${ROOT}/build/kernels`;

/** Packages that depend on the newest build of their series. */
const SERIES: Readonly<Record<string, string>> = {
  "6.1": "linux-image-cloud-amd64",
  "6.12": "linux-image-6.12-cloud-amd64",
};

/** The series that can be had, oldest first. */
export const KERNEL_SERIES: readonly string[] = Object.keys(SERIES);

/** A kernel that a virtual machine can boot. */
export interface KernelImage {
  readonly series: string;
  /** As `uname -r` says it: `6.1.0-56-cloud-amd64`. */
  readonly release: string;
  readonly vmlinuz: string;
  /** Folder of its modules, `…/lib/modules/RELEASE`. */
  readonly modules: string;
}

/**
 * The newest kernel of a series. Downloads and unpacks its package unless that was done before.
 *
 * @throws {TaskError} when the series is unknown or the package cannot be had
 */
export async function kernelImage(series: string): Promise<KernelImage> {
  const meta = SERIES[series];
  if (meta === undefined) {
    throw new TaskError(`no kernel ${series}; there are ${KERNEL_SERIES.join(", ")}`);
  }
  const name = await dependency(meta);
  const release = name.replace(/^linux-image-/, "");
  const root = `${FOLDER}/${release}`;
  const image = {
    series,
    release,
    vmlinuz: `${root}/boot/vmlinuz-${release}`,
    modules: await modulesFolder(root, release),
  };
  if (await exists(image.vmlinuz)) return image;
  await Deno.mkdir(FOLDER, { recursive: true });
  const downloads = await Deno.makeTempDir({ dir: FOLDER, prefix: "download-" });
  try {
    await run("apt-get", ["download", "--quiet", name], { cwd: downloads });
    const [deb] = [...Deno.readDirSync(downloads)].map((entry) => `${downloads}/${entry.name}`);
    if (deb === undefined) throw new TaskError(`the package ${name} cannot be downloaded`);
    await run("dpkg-deb", ["--extract", deb, `${downloads}/root`]);
    await Deno.remove(root, { recursive: true }).catch(() => {});
    await Deno.rename(`${downloads}/root`, root);
  } finally {
    await Deno.remove(downloads, { recursive: true });
  }
  return { ...image, modules: await modulesFolder(root, release) };
}

/** The package that `meta` stands for at present. */
async function dependency(meta: string): Promise<string> {
  const { code, stdout } = await new Deno.Command("apt-cache", { args: ["depends", meta] })
    .output();
  const text = new TextDecoder().decode(stdout);
  const name = /^\s*Depends: (linux-image-\d\S+)$/m.exec(text)?.[1];
  if (code !== 0 || name === undefined) {
    throw new TaskError(`apt knows no package ${meta}; run apt-get update`);
  }
  return name;
}

/** Where /lib is a link to /usr/lib the package may have either. */
async function modulesFolder(root: string, release: string): Promise<string> {
  const merged = `${root}/usr/lib/modules/${release}`;
  return await exists(merged) ? merged : `${root}/lib/modules/${release}`;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
