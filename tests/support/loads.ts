/** Compiles and runs the small C programs of tests/load. */
import { fileURLToPath } from "node:url";
import { Folder, output } from "./environment.ts";

const SOURCES = fileURLToPath(new URL("../load/", import.meta.url));
const FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread"];

/** What a load program says about its run. */
export interface LoadReport {
  readonly pid: number;
  readonly operations: number;
  /** Duration in nanoseconds. */
  readonly ns: number;
  /** What it printed before its report. */
  readonly lines: readonly string[];
}

/** Load programs in a private directory, compiled when first asked for. */
export class Loads implements Disposable {
  readonly folder: Folder = new Folder();
  readonly #built = new Map<string, Promise<string>>();

  /** Compiles tests/load/NAME.c; gives the program's path. */
  program(name: string): Promise<string> {
    const path = this.folder.at(name);
    const built = this.#built.get(name) ??
      output("cc", ...FLAGS, "-o", path, `${SOURCES}${name}.c`).then(() => path);
    this.#built.set(name, built);
    return built;
  }

  /** Runs a load to its end. @throws when it fails or does not report. */
  async run(name: string, ...args: (string | number)[]): Promise<LoadReport> {
    return reportOf(name, await output(await this.program(name), ...args.map(String)));
  }

  [Symbol.dispose](): void {
    this.folder[Symbol.dispose]();
  }
}

/** Reads what a load program printed. @throws when it did not report. */
export function reportOf(name: string, text: string): LoadReport {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line.startsWith("{"));
  if (at < 0) throw new Error(`${name} did not report: ${text}`);
  return { ...JSON.parse(lines[at]), lines: lines.slice(0, at) };
}
