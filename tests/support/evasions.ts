/** Compiles and runs the programs of tests/evasion. */
import { fileURLToPath } from "node:url";
import { Folder, output } from "./environment.ts";

const SOURCES = fileURLToPath(new URL("../evasion/", import.meta.url));
const FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread"];
/** A program's exit code for what this machine cannot do. */
const CANNOT = 77;

/** What an evasion said of itself: lines of a name and a text. */
export type Facts = ReadonlyMap<string, string>;

/** What became of an evasion. */
export type Evaded = { readonly facts: Facts } | { readonly impossible: string };

/** The evasion programs in a private directory, compiled when first asked for. */
export class Evasions implements Disposable {
  readonly folder: Folder = new Folder();
  readonly #built = new Map<string, Promise<string>>();

  /** Compiles tests/evasion/NAME.c; gives the program's path. */
  program(name: string): Promise<string> {
    const path = this.folder.at(`${name}.program`);
    const built = this.#built.get(name) ??
      output("cc", ...FLAGS, "-o", path, `${SOURCES}${name}.c`).then(() => path);
    this.#built.set(name, built);
    return built;
  }

  /** Runs one case in a folder of its own. @throws when it fails. */
  async run(program: string, name: string): Promise<Evaded> {
    const path = await this.program(program);
    const directory = this.folder.at(`${program}-${name}`);
    await Deno.mkdir(directory);
    if (program === "processes") await this.#addStaticTrue(directory);
    const { code, stdout, stderr } = await new Deno.Command(path, {
      args: [name, directory],
      stdin: "null",
    }).output();
    const [said, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    if (code === CANNOT) return { impossible: complaint.trim() };
    if (code !== 0) throw new Error(`${program} ${name} ended with ${code}: ${complaint}`);
    return { facts: new Map(said.split("\n").map(nameAndText)) };
  }

  /** A program that needs nothing: no library is in a chroot. */
  async #addStaticTrue(directory: string): Promise<void> {
    const source = this.folder.at("true.c");
    const built = this.#built.get("true") ?? (async () => {
      await Deno.writeTextFile(source, "int main(void) { return 0; }\n");
      await output("cc", "-static", "-o", this.folder.at("true"), source);
      return this.folder.at("true");
    })();
    this.#built.set("true", built);
    await Deno.copyFile(await built, `${directory}/static-true`);
  }

  [Symbol.dispose](): void {
    this.folder[Symbol.dispose]();
  }
}

function nameAndText(line: string): [string, string] {
  const blank = line.indexOf(" ");
  return [line.slice(0, blank), line.slice(blank + 1)];
}
