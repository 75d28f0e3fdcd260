/** Steps that are undone, last first, when a later one fails. */
import {
  makePrivateDirectory,
  readIfThere,
  removeIfThere,
  writePrivately,
} from "./private_files.ts";
import { ServiceError } from "./service_error.ts";

type Undo = () => void | Promise<void>;

/** An impatient key or a lost connection is not to leave half of it. */
const INTERRUPTING: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

function goOn(): void {
  console.error("monomi: wait: it is being finished, or taken back");
}

/** Changes that hold all together or not at all. */
export class Transaction {
  readonly #undo: Undo[] = [];
  readonly #commit: (() => void)[] = [];

  /** Notes how to take back what has just been done. */
  onFailure(undo: Undo): void {
    this.#undo.push(undo);
  }

  directory(path: string): void {
    if (makePrivateDirectory(path)) this.onFailure(() => void removeIfThere(path));
  }

  /** A small file; undefined: there is to be none. */
  file(path: string, content: Uint8Array | string | undefined): void {
    const before = readIfThere(path);
    if (content !== undefined) writePrivately(path, content);
    else if (!removeIfThere(path)) return;
    this.onFailure(() => {
      if (before === undefined) removeIfThere(path);
      else writePrivately(path, before);
    });
  }

  /** A large file takes the place of another, which is kept beside it until all is done. */
  replace(path: string, by: string): void {
    const old = `${path}.old`;
    removeIfThere(old);
    let had = true;
    try {
      Deno.linkSync(path, old);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      had = false;
    }
    Deno.renameSync(by, path);
    this.onFailure(() => {
      if (had) Deno.renameSync(old, path);
      else removeIfThere(path);
    });
    this.#commit.push(() => void removeIfThere(old));
  }

  /** Runs all steps. What it throws is thrown on, after everything done was undone. */
  async run<T>(steps: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (const signal of INTERRUPTING) Deno.addSignalListener(signal, goOn);
    try {
      return await this.#run(steps);
    } finally {
      for (const signal of INTERRUPTING) Deno.removeSignalListener(signal, goOn);
    }
  }

  async #run<T>(steps: (transaction: Transaction) => Promise<T>): Promise<T> {
    let result: T;
    try {
      result = await steps(this);
    } catch (error) {
      const stuck: string[] = [];
      for (const undo of this.#undo.reverse()) {
        try {
          await undo();
        } catch (second) {
          stuck.push((second as Error).message);
        }
      }
      if (stuck.length === 0) throw error;
      const reasons = stuck.join("; ");
      throw new ServiceError(`${(error as Error).message}; and taking it back failed: ${reasons}`);
    }
    for (const commit of this.#commit) commit();
    return result;
  }
}
