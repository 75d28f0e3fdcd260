/** A Debian with systemd and rsyslog on a disk image, made once and kept beside the build. */
import { ROOT } from "../shared/paths.ts";
import { isFile, run, TaskError } from "../shared/task.ts";

const FOLDER = `${ROOT}/build/systemd`;
const IMAGE = `${FOLDER}/debian-12.img`;
const MIRROR = "http://deb.debian.org/debian";
const PACKAGES = ["systemd", "systemd-sysv", "rsyslog"];
const SIZE = "900M";
/** What only costs time in a guest that lives for a minute. */
const MASKED = [
  "apt-daily.timer",
  "apt-daily-upgrade.timer",
  "dpkg-db-backup.timer",
  "e2scrub_reap.service",
  "getty.target",
  "systemd-timesyncd.service",
];

const STEPS_UNIT = `[Unit]
After=multi-user.target rsyslog.service

[Service]
ExecStart=/bin/sh /root/steps.sh

[Install]
WantedBy=multi-user.target
`;

/**
 * Path of the image, which nobody may change: boot a copy.
 *
 * @throws {TaskError} when it cannot be made, for which root and a mirror are needed
 */
export async function systemdImage(): Promise<string> {
  if (isFile(IMAGE)) return IMAGE;
  await Deno.mkdir(FOLDER, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: FOLDER, prefix: "making-" });
  try {
    const root = `${folder}/root`;
    await run("debootstrap", [
      ...["--variant=minbase", `--include=${PACKAGES.join(",")}`],
      ...["bookworm", root, MIRROR],
    ]);
    await prepare(root);
    const image = `${folder}/image`;
    await run("mke2fs", ["-q", "-t", "ext4", "-d", root, image, SIZE]);
    await Deno.rename(image, IMAGE);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return IMAGE;
}

async function prepare(root: string): Promise<void> {
  const units = `${root}/etc/systemd/system`;
  await Deno.writeTextFile(`${root}/etc/hostname`, "guest\n");
  await Deno.writeTextFile(`${root}/etc/fstab`, "/dev/vda / ext4 defaults 0 0\n");
  await Deno.writeTextFile(`${units}/steps.service`, STEPS_UNIT);
  await Deno.symlink("../steps.service", `${units}/multi-user.target.wants/steps.service`);
  for (const unit of MASKED) {
    await Deno.remove(`${units}/${unit}`).catch(() => {});
    await Deno.symlink("/dev/null", `${units}/${unit}`);
  }
  for (const name of ["usr/share/doc", "usr/share/man", "usr/share/locale", "var/cache/apt"]) {
    await Deno.remove(`${root}/${name}`, { recursive: true }).catch(() => {});
  }
}

/** A copy of `image` at `target`, with its holes. @throws {TaskError} when it cannot be written */
export async function copyImage(image: string, target: string): Promise<void> {
  await run("cp", ["--sparse=always", image, target]);
}

/** Makes an image's file system as large as `size` says. @throws {TaskError} when it cannot */
export async function enlargeImage(image: string, size: string): Promise<void> {
  await run("e2fsck", ["-fp", image]);
  await run("resize2fs", [image, size]);
}

/**
 * Puts programs into an image, by path in the guest.
 *
 * @throws {TaskError} when they cannot be written
 */
export async function writeToImage(
  image: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const commands = Object.entries(files).flatMap(([path, source]) => [
    `write ${source} ${path}`,
    `sif ${path} mode 0100755`,
  ]);
  await debugfs(["-w", image], commands);
}

/**
 * Copies files out of an image that nothing uses any more; where to, by path in the guest.
 *
 * @throws {TaskError} when one is not there
 */
export async function readFromImage(
  image: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const commands = Object.entries(files).map(([path, target]) => `dump ${path} ${target}`);
  if (commands.length > 0) await debugfs([image], commands);
}

async function debugfs(args: readonly string[], commands: readonly string[]): Promise<void> {
  const child = new Deno.Command("debugfs", {
    args: [...args],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`${commands.join("\n")}\n`));
  await writer.close();
  const { success, stderr } = await child.output();
  // The first line of what it complains of is its version.
  const complaints = new TextDecoder().decode(stderr).trim().split("\n").slice(1);
  if (!success || complaints.length > 0) throw new TaskError(`debugfs: ${complaints.join("; ")}`);
}
