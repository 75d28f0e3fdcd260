/**
 * One process of a kind at a time: flock(2) on a file that says who holds it. The kernel gives the
 * lock back when its holder ends, however it ends.
 */
import { isStillAt } from "../files/safe_open.ts";
import { readJson, type Shape } from "./private_files.ts";

/** A process, told apart from a later one with the same number by when it started. */
export interface Holder {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat, in clock ticks since boot. */
  readonly started: string;
}

const HOLDER: Shape<Holder> = { pid: ["number"], started: ["string"] };

const MOST_ATTEMPTS = 10;
/** Behind the name in parentheses, which may contain anything, fields begin with the third. */
const [STATE_FIELD, START_FIELD] = [3 - 3, 22 - 3];
/** It has ended; nobody has asked how. */
const ZOMBIE = "Z";

/** A held lock; kept until it is disposed of or the process ends. */
export class Lock {
  readonly #file: Deno.FsFile;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** Takes the lock, or undefined while somebody else has it. */
  static take(path: string): Lock | undefined {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
      if (!file.tryLockSync(true)) {
        file.close();
        return undefined;
      }
      // Somebody may have removed the file in between: then this lock would keep nobody out.
      if (isStillAt(path, file)) {
        write(file, { pid: Deno.pid, started: startOf(Deno.pid)! });
        return new Lock(file);
      }
      file.close();
    }
    throw new Error(`${path} keeps being removed`);
  }

  [Symbol.dispose](): void {
    this.#file.truncateSync();
    this.#file.close();
  }
}

/**
 * Who holds the lock; undefined when nobody does. Looks only: trying the lock could keep out who
 * wants to take it in this moment.
 */
export function holderOf(path: string): Holder | undefined {
  const holder = readJson(path, HOLDER);
  return holder !== undefined && isRunning(holder) ? holder : undefined;
}

/** Whether this very process is there. */
export function isRunning({ pid, started }: Holder): boolean {
  return startOf(pid) === started;
}

/** Signals this very process, not a later one of the same number; whether it was there. */
export function signal(holder: Holder, name: Deno.Signal): boolean {
  if (!isRunning(holder)) return false;
  try {
    Deno.kill(holder.pid, name);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function startOf(pid: number): string | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[STATE_FIELD] === ZOMBIE ? undefined : fields[START_FIELD];
  } catch {
    return undefined;
  }
}

function write(file: Deno.FsFile, holder: Holder): void {
  file.truncateSync();
  file.writeSync(new TextEncoder().encode(`${JSON.stringify(holder)}\n`));
  file.syncDataSync();
}
