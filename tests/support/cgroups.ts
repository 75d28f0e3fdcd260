/** Control groups that tests make. */

/** The mounted trees: version 2, and of version 1 one that container runtimes use. */
export interface CgroupTrees {
  readonly unified: string | undefined;
  readonly legacy: string | undefined;
}

/** A controller of version 1 that hosts with both versions leave there. */
const LEGACY_CONTROLLER = "pids";

/** Where this machine has them. */
export function cgroupTrees(): CgroupTrees {
  const mounts = Deno.readTextFileSync("/proc/self/mountinfo").split("\n").map((line) => {
    const [place, rest = ""] = line.split(" - ");
    const [kind, , options = ""] = rest.split(" ");
    return { path: place.split(" ")[4], kind, options: options.split(",") };
  });
  return {
    unified: mounts.find(({ kind }) => kind === "cgroup2")?.path,
    legacy: mounts.find(({ kind, options }) =>
      kind === "cgroup" && options.includes(LEGACY_CONTROLLER)
    )?.path,
  };
}

/** A control group, removed with those above it that it came with; its processes must have ended. */
export class Cgroup implements Disposable {
  readonly #made: string[] = [];
  /** The file that processes join it by. */
  readonly procs: string;

  constructor(tree: string, path: string) {
    let at = tree;
    for (const name of path.split("/").filter((name) => name !== "")) {
      at += `/${name}`;
      try {
        Deno.mkdirSync(at);
        this.#made.push(at);
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      }
    }
    this.procs = `${at}/cgroup.procs`;
  }

  [Symbol.dispose](): void {
    for (const path of this.#made.toReversed()) Deno.removeSync(path);
  }
}
