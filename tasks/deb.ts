/**
 * Makes dist/monomi_VERSION_amd64.deb of the packed file: the service with its unit, configuration
 * and settings as files that an administrator may change, manual page, completions.
 */
import { VERSION } from "../src/sensor/version.ts";
import { identityOf } from "../src/service/identity.ts";
import { unitText } from "../src/service/unit.ts";
import { defaultSinks, settingsText } from "../src/settings/mod.ts";
import { completions } from "./deb/completions.ts";
import { manualPage } from "./deb/manual.ts";
import { POSTINST, POSTRM, PRERM } from "./deb/scripts.ts";
import { pack } from "./pack.ts";
import { ROOT } from "./shared/paths.ts";
import { asProgram, run } from "./shared/task.ts";

const DIST = `${ROOT}/dist`;

const SELF = identityOf("monomi");
const PROGRAM = "/usr/bin/monomi";
const CONFFILES = ["/etc/monomi/config.xml", "/etc/monomi/monomi.yaml"];

const control = (version: string) =>
  `Package: monomi
Version: ${version}
Architecture: amd64
Maintainer: the monomi authors <monomi@example.invalid>
Section: admin
Priority: optional
Depends: libc6 (>= 2.27), libgcc-s1
Description: system monitor in Sysmon's tradition
 Records what processes, files, the network and the kernel do, as the events of Sysmon for Linux
 and Windows, by the same configuration files, and counts what it loses.
`;

const COPYRIGHT_HEAD = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: monomi

Files: *
Copyright: 2026 the monomi authors
License: MIT
`;

/**
 * Builds the package from the packed file, into `folder`; `version`: as which.
 *
 * @returns its path
 */
export async function deb(version: string = VERSION, folder: string = DIST): Promise<string> {
  const program = await pack();
  const seconds = Math.floor((await Deno.stat(program)).mtime!.getTime() / 1000);
  const date = new Date(seconds * 1000);
  const root = await Deno.makeTempDir({ prefix: "monomi-deb-" });
  const file = `${folder}/monomi_${version}_amd64.deb`;
  try {
    const license = await Deno.readTextFile(`${ROOT}/LICENSE`);
    const indented = license.trimEnd().split("\n").map((line) => ` ${line || "."}\n`).join("");
    const shells = await completions();
    const unit = unitText(SELF, { program: PROGRAM, hasRestartSteps: false });
    const files: readonly (readonly [path: string, text: string, mode: number])[] = [
      ["/DEBIAN/control", control(version), 0o644],
      ["/DEBIAN/conffiles", `${CONFFILES.join("\n")}\n`, 0o644],
      ["/DEBIAN/postinst", POSTINST, 0o755],
      ["/DEBIAN/prerm", PRERM, 0o755],
      ["/DEBIAN/postrm", POSTRM, 0o755],
      ["/usr/lib/systemd/system/monomi.service", unit, 0o644],
      [CONFFILES[0], await Deno.readTextFile(`${ROOT}/rules/linux.xml`), 0o600],
      [CONFFILES[1], settingsText(SELF, defaultSinks(SELF)), 0o600],
      ["/usr/share/man/man1/monomi.1", await manualPage(date.toISOString().slice(0, 10)), 0o644],
      ["/usr/share/bash-completion/completions/monomi", shells.bash, 0o644],
      ["/usr/share/zsh/vendor-completions/_monomi", shells.zsh, 0o644],
      ["/usr/share/fish/vendor_completions.d/monomi.fish", shells.fish, 0o644],
      ["/usr/share/doc/monomi/copyright", COPYRIGHT_HEAD + indented, 0o644],
      ["/usr/share/doc/monomi/changelog", changelog(version, date), 0o644],
    ];
    for (const [path, text, mode] of files) {
      await Deno.mkdir(`${root}${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
      await Deno.writeTextFile(root + path, text);
      await Deno.chmod(root + path, mode);
    }
    await run("gzip", ["-9n", `${root}/usr/share/man/man1/monomi.1`]);
    await run("gzip", ["-9n", `${root}/usr/share/doc/monomi/changelog`]);
    await Deno.mkdir(`${root}/usr/bin`);
    await Deno.copyFile(program, root + PROGRAM);
    await Deno.chmod(root + PROGRAM, 0o755);
    await setModes(root);
    // The program is compressed already.
    const args = ["-Zgzip", "-z1", "--root-owner-group", "--build", root, file];
    await run("dpkg-deb", args, { env: { SOURCE_DATE_EPOCH: String(seconds) } });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
  return file;
}

/** Directories are made by whatever umask; only the configuration's is private. */
async function setModes(directory: string): Promise<void> {
  await Deno.chmod(directory, directory.endsWith("/etc/monomi") ? 0o700 : 0o755);
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) await setModes(`${directory}/${name}`);
  }
}

function changelog(version: string, date: Date): string {
  const day = date.toUTCString().replace("GMT", "+0000");
  return `monomi (${version}) unstable; urgency=medium

  * See the project's history.

 -- the monomi authors <monomi@example.invalid>  ${day}
`;
}

await asProgram(import.meta.main, async () => console.log(await deb()));
