/** Windows' service control manager, through the native library. */
import { dirname } from "node:path";
import type { Native } from "../sources/native.ts";
import { unregisterChannel } from "./event_channel.ts";
import { readLogFrom, type ServiceLog, serviceLogOf } from "./service_log.ts";
import { type Identity, ownFile } from "./identity.ts";
import type { Holder } from "./lock.ts";
import type { Manager } from "./manager.ts";
import { isFile, isSamePath, removeIfThere } from "./private_files.ts";
import { ServiceError } from "./service_error.ts";

/** How a service is doing, as native/service says it. */
interface State {
  readonly running: boolean;
  readonly stopped: boolean;
  /** The launcher's. */
  readonly process: number;
  readonly exitCode: number;
}

const START_MS = 180_000;
/** The launcher ends a sensor that takes 20 seconds. */
const STOP_MS = 40_000;

/** One instance as a service of Windows. */
export class ServiceControlManager implements Manager {
  readonly kind = "service control manager";
  /** Windows does not let go of a running program's file. */
  readonly replacesRunning = false;
  readonly #identity: Identity;
  readonly #windows: Native["windows"];

  constructor(identity: Identity, windows: Native["windows"]) {
    this.#identity = identity;
    this.#windows = windows;
  }

  running(): Holder | undefined {
    const state = this.#state();
    return state?.running ? { pid: state.process, started: "" } : undefined;
  }

  requestReload(): boolean {
    this.#windows.ask({ do: "reload", name: this.#identity.name });
    return true;
  }

  /** Called after a program or a service of Windows, it would take that one's place. */
  check(): void {
    const { name, program } = this.#identity;
    const command = this.#command();
    if (command === null) {
      if (!isFile(program) || isSamePath(ownFile() ?? "", program)) return;
      throw new ServiceError(
        `${program} is there already, and is no service: give this file another name, or remove that one`,
      );
    }
    if (isSamePath(command, this.#ourCommand)) return;
    throw new ServiceError(
      `there is a service ${name} of another program: ${command}; give this file another name`,
    );
  }

  prepare(): () => void {
    const path = this.#identity.dataDirectory!;
    const made = this.#windows.ask({ do: "folder", path });
    return () => {
      if (made) removeIfThere(path);
    };
  }

  async register(): Promise<() => Promise<void>> {
    const { name } = this.#identity;
    const isNew = await this.#windows.askPatiently({
      do: "register",
      name,
      command: this.#ourCommand,
      description: "Records what happens on this computer, as Sysmon does (monomi)",
    });
    return async () => {
      if (isNew) await this.unregister();
    };
  }

  async start(): Promise<void> {
    await this.stop(false);
    const { name } = this.#identity;
    const log: ServiceLog = serviceLogOf(this.#identity);
    const state = await this.#windows.askPatiently({
      do: "start",
      name,
      milliseconds: START_MS,
    }) as State;
    if (state.running) return;
    // Of a process that is still there nothing could be taken back.
    if (!state.stopped) await this.stop(false);
    const how = state.stopped ? `ended with ${state.exitCode}` : "does not start";
    throw new ServiceError(`the sensor ${how}; ${readLogFrom(log)}`);
  }

  async stop(force: boolean): Promise<void> {
    const state = this.#state();
    if (state === null || state.stopped) return;
    const { name } = this.#identity;
    await this.#windows.askPatiently({ do: "stop", name, force, milliseconds: STOP_MS });
  }

  async unregister(): Promise<void> {
    if (this.#command() !== null) {
      await this.#windows.askPatiently({ do: "delete", name: this.#identity.name });
    }
    await unregisterChannel(this.#identity);
  }

  /** Nor the program that runs this very command, nor a library that Windows uses, can be removed now. */
  remove(path: string): boolean {
    try {
      return removeIfThere(path);
    } catch (error) {
      if (!isSamePath(dirname(path), this.#identity.programDirectory)) throw error;
      const aside = `${path}.${crypto.randomUUID()}.old`;
      Deno.renameSync(path, aside);
      this.#windows.ask({ do: "remove-later", path: aside });
      return true;
    }
  }

  #state(): State | null {
    return this.#windows.ask({ do: "status", name: this.#identity.name }) as State | null;
  }

  #command(): string | null {
    return this.#windows.ask({ do: "command", name: this.#identity.name }) as string | null;
  }

  get #ourCommand(): string {
    return `"${this.#identity.program}" service`;
  }
}
