/**
 * Paths of the kernel -> paths with drive letters. A trace does not say which volume has which
 * letter; but a process whose command line says `C:\Windows\x.exe`, and whose image was mapped from
 * `\Device\HarddiskVolume3\Windows\x.exe`, tells it.
 */

const DEVICE = /^(\\Device\\[^\\]+)(\\.*)$/;
const DRIVE = /^"?([A-Za-z]:)(\\[^"*?<>|]+?\.exe)\b/i;
const MAX_VOLUMES = 64;

/** Letters of volumes, learned on the way. */
export class Volumes {
  readonly #letters = new Map<string, string>();

  /** Learns from a command line and the image that it started. */
  learn(commandLine: string, devicePath: string): void {
    const typed = DRIVE.exec(commandLine);
    const mapped = DEVICE.exec(devicePath);
    if (typed === null || mapped === null || this.#letters.size >= MAX_VOLUMES) return;
    const [, device, path] = mapped;
    if (path.toLowerCase() !== typed[2].toLowerCase() || this.#letters.has(device)) return;
    this.#letters.set(device, typed[1].toUpperCase());
  }

  /** Takes over what the host says, device path by device path. */
  replace(letters: Readonly<Record<string, string>>): void {
    this.#letters.clear();
    for (const [device, letter] of Object.entries(letters).slice(0, MAX_VOLUMES)) {
      this.#letters.set(device, letter);
    }
  }

  /** The path with its drive's letter where that is known. */
  resolve(path: string): string {
    if (path.startsWith("\\??\\")) return path.slice(4);
    const match = DEVICE.exec(path);
    const letter = match === null ? undefined : this.#letters.get(match[1]);
    return letter === undefined ? path : letter + match![2];
  }
}
