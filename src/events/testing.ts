/**
 * Records and a host for tests.
 */
import type { Host } from "./host.ts";
import {
  DenialLayout,
  ExecLayout,
  ExitLayout,
  FileLayout,
  Flag,
  ForkLayout,
  HeaderLayout,
  Kind,
  NetworkLayout,
} from "./record_layout.ts";

/** Wall clock minus boot clock of {@link TEST_HOST}, in milliseconds. */
export const BOOT_EPOCH = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A host with two accounts, one service and nobody logged on. */
export const TEST_HOST: Host = {
  computer: "build-7",
  machine: 0x12345678,
  bootEpoch: () => BOOT_EPOCH,
  userName: (uid) => uid === 0 ? "root" : uid === 1000 ? "ada" : "-",
  logonTime: () => 0,
  portName: (port, protocol) => port === 443 && protocol === "tcp" ? "https" : "-",
};

/** Who acts, as every record says it. */
export interface Actor {
  readonly pid: number;
  /** Nanoseconds of the boot clock; 1000 when absent. */
  readonly start?: number;
  /** How many execs so far; 1 when absent. */
  readonly execId?: number;
  readonly uid?: number;
  readonly parentPid?: number;
  /** Nanoseconds of the boot clock. */
  readonly time?: number;
  readonly flags?: number;
}

/** What an exec record says besides. */
export interface Execution {
  readonly path: string | Uint8Array;
  readonly directory?: string;
  readonly args?: readonly string[];
}

type Part = string | Uint8Array;

const ASCII_ONLY = /^[\0-\x7f]*$/;

/** Builds batches of records as the native side delivers them. */
export class Records {
  readonly buffer = new Uint8Array(64 * 1024);
  readonly #view = new DataView(this.buffer.buffer);
  /** Bytes written so far. */
  length = 0;

  /** Forgets what was written, to begin a new batch. */
  clear(): this {
    this.buffer.fill(0, 0, this.length);
    this.length = 0;
    return this;
  }

  exec(actor: Actor, execution: Execution): this {
    return this.#execution(Kind.EXEC, actor, execution);
  }

  /** A process that was there when the capture began. */
  running(actor: Actor, execution: Execution): this {
    return this.#execution(Kind.PROCESS, actor, execution);
  }

  /** `parent` is the child's parent where that is not the forking process. */
  fork(actor: Actor, child: Actor, parent: Actor = actor): this {
    const at = this.#header(Kind.FORK, actor, ForkLayout.bytes, []);
    this.#time(at + ForkLayout.childStart, child.start ?? 1000);
    this.#word(at + ForkLayout.childExecId, child.execId ?? 1);
    this.#time(at + ForkLayout.childParentStart, parent.start ?? 1000);
    this.#word(at + ForkLayout.childPid, child.pid);
    this.#word(at + ForkLayout.childParentPid, parent.pid);
    return this;
  }

  exit(actor: Actor): this {
    this.#header(Kind.EXIT, actor, ExitLayout.bytes, []);
    return this;
  }

  file(kind: "FILE_CREATE" | "FILE_DELETE", actor: Actor, path: Part): this {
    const at = this.#header(Kind[kind], actor, FileLayout.bytes, [path]);
    this.#word(at + FileLayout.pathLen, bytesOf(path).length);
    return this;
  }

  denial(
    kind: "BLOCKED_EXECUTABLE" | "BLOCKED_SHREDDING",
    actor: Actor,
    paths: { readonly path: string; readonly image: string; readonly mode?: number },
  ): this {
    const { path, image, mode = 0o100644 } = paths;
    const at = this.#header(Kind[kind], actor, DenialLayout.bytes, [path, image]);
    this.#word(at + DenialLayout.pathLen, bytesOf(path).length);
    this.#word(at + DenialLayout.imageLen, bytesOf(image).length);
    this.#word(at + DenialLayout.mode, mode);
    return this;
  }

  network(
    actor: Actor,
    fields: Readonly<Partial<Record<keyof typeof NetworkLayout, number>>>,
  ): this {
    const at = this.#header(Kind.NETWORK, actor, NetworkLayout.bytes, []);
    for (const [name, value] of Object.entries(fields)) {
      this.#view.setUint16(at + NetworkLayout[name as keyof typeof NetworkLayout], value, true);
    }
    return this;
  }

  /** Writes bytes into the last batch, such as a damaged length. */
  patch(offset: number, value: number): this {
    this.#word(offset, value);
    return this;
  }

  #execution(
    kind: number,
    actor: Actor,
    { path, directory = "/", args = [] }: Execution,
  ): this {
    const argumentText = args.map((arg) => `${arg}\0`).join("");
    const at = this.#header(kind, actor, ExecLayout.bytes, [path, directory, argumentText]);
    this.#word(at + ExecLayout.pathLen, bytesOf(path).length);
    this.#word(at + ExecLayout.cwdLen, bytesOf(directory).length);
    this.#word(at + ExecLayout.argsLen, bytesOf(argumentText).length);
    return this;
  }

  /** Gives where the record begins. */
  #header(kind: number, actor: Actor, fixed: number, texts: readonly Part[]): number {
    const at = this.length;
    let end = at + fixed;
    for (const text of texts.map(bytesOf)) {
      this.buffer.set(text, end);
      end += text.length;
    }
    const isAscii = texts.every((text) => typeof text === "string" && ASCII_ONLY.test(text));
    this.length = end + 7 & ~7;
    this.#word(at + HeaderLayout.length, this.length - at);
    this.#view.setUint16(at + HeaderLayout.kind, kind, true);
    const flags = (actor.flags ?? 0) | (isAscii ? Flag.ASCII : 0);
    this.#view.setUint16(at + HeaderLayout.flags, flags, true);
    this.#time(at + HeaderLayout.time, actor.time ?? 0);
    this.#time(at + HeaderLayout.processStart, actor.start ?? 1000);
    this.#word(at + HeaderLayout.execId, actor.execId ?? 1);
    this.#word(at + HeaderLayout.pid, actor.pid);
    this.#word(at + HeaderLayout.uid, actor.uid ?? 0);
    this.#word(at + HeaderLayout.parentPid, actor.parentPid ?? 0);
    return at;
  }

  #word(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  #time(at: number, value: number): void {
    this.#view.setBigUint64(at, BigInt(value), true);
  }
}

function bytesOf(text: Part): Uint8Array {
  return typeof text === "string" ? new TextEncoder().encode(text) : text;
}
