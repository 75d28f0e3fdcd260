/** Where the file of an image is, from what Windows calls it. */
import type { Image } from "../event.ts";

const ON_DRIVE = /^[A-Za-z]:\\/;
const ON_SHARE = /^\\\\[^\\?.]/;
/** Volumes without letters, shares, and the folder of Windows, by their names in the kernel. */
const IN_KERNEL = /^\\(?:Device\\(?:HarddiskVolume|CdRom|Mup\\)|SystemRoot\\)/i;

/** Longer than names of devices and servers are; a path may have 32,767. */
const DEVICE_CHARACTERS = 260;

/**
 * The file at a path: on a drive, on a share, or as the kernel names it; undefined for what is none of
 * these. Its path is one that Windows does not interpret, so that `x.exe.` and `NUL` are files, too.
 */
export function imageAt(
  path: string,
  pid: number,
  { isModule = false, mustBeProgram = false }: Pick<Image, "isModule" | "mustBeProgram"> = {},
): Image | undefined {
  const literal = literalPath(path);
  if (literal === undefined) return undefined;
  return {
    pid,
    path: literal,
    device: deviceOf(path),
    inodeLow: 0,
    inodeHigh: 0,
    sizeLow: 0,
    sizeHigh: 0,
    mtimeLow: 0,
    mtimeHigh: 0,
    ctimeLow: 0,
    ctimeHigh: 0,
    isModule,
    mustBeProgram,
  };
}

function literalPath(path: string): string | undefined {
  if (ON_DRIVE.test(path)) return `\\\\?\\${path}`;
  if (ON_SHARE.test(path)) return `\\\\?\\UNC${path.slice(1)}`;
  return IN_KERNEL.test(path) ? `\\\\?\\GLOBALROOT${path}` : undefined;
}

/** One number for what hangs together: a drive, a server; by the beginning of its name. */
function deviceOf(path: string): number {
  const [first, second, third] = path.slice(0, DEVICE_CHARACTERS).toLowerCase().split("\\").filter((
    part,
  ) => part !== "");
  const name = first === "device" ? `${second}\\${second === "mup" ? third : ""}` : first;
  let number = 0;
  for (let i = 0; i < name.length; i++) number = Math.imul(number, 31) + name.charCodeAt(i) | 0;
  return number;
}
