/**
 * Who runs an instance on this host: systemd, Windows' service control manager, or a supervisor of our
 * own.
 */
import type { Native } from "../sources/native.ts";
import { refuseForeign } from "./belongings.ts";
import type { Identity } from "./identity.ts";
import { type Holder, holderOf, signal } from "./lock.ts";
import { isFile, readIfThere, removeIfThere, writePrivately } from "./private_files.ts";
import { ServiceError } from "./service_error.ts";
import { placesOf, readState } from "./stored.ts";
import { newTextOf, readLogFrom, type ServiceLog, serviceLogOf } from "./service_log.ts";
import { ServiceControlManager } from "./service_control_manager.ts";
import { startsLine, unitText } from "./unit.ts";

/** Starting and stopping one instance. */
export interface Manager {
  readonly kind: "systemd" | "supervisor" | "service control manager";
  /** The running sensor; undefined when there is none. */
  running(): Holder | undefined;
  /** Has it take the stored configuration; false when it has just ended. */
  requestReload(running: Holder): boolean;
  /** @throws {ServiceError} when this name is another program's, or a package's. */
  check(): void;
  /** Makes the places of the instance private whose parents are everybody's; the result undoes it. */
  prepare(): () => void;
  /** Whether the program's file is free to be replaced while it runs. */
  readonly replacesRunning: boolean;
  /** Makes the host know the service; the result undoes it. */
  register(): Promise<() => Promise<void>>;
  /** Resolves once the sensor captures. @throws {ServiceError} */
  start(): Promise<void>;
  /** Resolves once it has ended; `force`: without waiting for what it has to write. */
  stop(force: boolean): Promise<void>;
  /** Makes the host forget the service. */
  unregister(): Promise<void>;
  /** Removes a file or a directory with all in it, at the latest when the host starts next. */
  remove(path: string): boolean;
}

const SYSTEMCTL = ["/usr/bin/systemctl", "/bin/systemctl"];
const SYSTEMD_RUNS = "/run/systemd/system";
/** A unit of ours would hide one here. */
const PACKAGED_UNITS = ["/usr/lib/systemd/system", "/lib/systemd/system"];
/** From when on systemd knows RestartSteps. */
const RESTART_STEPS_SINCE = 254;
const START_MS = 180_000;
const STOP_MS = 20_000;
/** By then its log says why a sensor ended, if that can be written. */
const LOG_MS = 5_000;
const POLL_MS = 20;

/** The manager of this host. */
export function managerOf(identity: Identity, load: () => Native): Manager {
  if (Deno.build.os === "windows") return new ServiceControlManager(identity, load().windows);
  return isDirectory(SYSTEMD_RUNS) ? new Systemd(identity) : new OwnSupervisor(identity);
}

/** What Linux has in common, whoever runs the instance. */
abstract class OnLinux {
  readonly replacesRunning = true;
  protected readonly identity: Identity;

  constructor(identity: Identity) {
    this.identity = identity;
  }

  /** However it was started. */
  running(): Holder | undefined {
    return holderOf(placesOf(this.identity).daemonLock);
  }

  requestReload(running: Holder): boolean {
    return signal(running, "SIGHUP");
  }

  check(): void {
    const { name } = this.identity;
    const unit = PACKAGED_UNITS.map((folder) => `${folder}/${name}.service`).find(isFile);
    if (unit !== undefined) {
      throw new ServiceError(
        `${name} is the service of a package (${unit}), whose manager installs, upgrades and removes ` +
          `it; ${name} reload FILE gives it a configuration`,
      );
    }
    refuseForeign(this.identity);
  }

  /** Nobody but root can make anything where its files are. */
  prepare(): () => void {
    return () => {};
  }

  /** Of a mount point the directory stays, empty. */
  remove(path: string): boolean {
    try {
      return removeIfThere(path);
    } catch (error) {
      const isBusy = (error as { code?: string }).code === "EBUSY";
      const isEmptied = isBusy && [...Deno.readDirSync(path)].length === 0;
      if (!isEmptied) throw error;
      return true;
    }
  }
}

class Systemd extends OnLinux implements Manager {
  readonly kind = "systemd";
  readonly #unit: string;

  constructor(identity: Identity) {
    super(identity);
    this.#unit = `/etc/systemd/system/${identity.name}.service`;
  }

  override check(): void {
    super.check();
    const there = readIfThere(this.#unit);
    const isOurs = there === undefined ||
      new TextDecoder().decode(there).includes(startsLine(this.identity.program));
    if (isOurs) return;
    throw new ServiceError(`${this.#unit} is another program's: give this file another name`);
  }

  async register(): Promise<() => Promise<void>> {
    const before = readIfThere(this.#unit);
    const version = Number(/^systemd (\d+)/.exec(await systemctl("--version"))?.[1] ?? 0);
    writePrivately(
      this.#unit,
      unitText(this.identity, { hasRestartSteps: version >= RESTART_STEPS_SINCE }),
    );
    Deno.chmodSync(this.#unit, 0o644);
    await systemctl("daemon-reload");
    await systemctl("enable", "--quiet", this.#service);
    return async () => {
      if (before === undefined) return await this.unregister();
      writePrivately(this.#unit, before);
      Deno.chmodSync(this.#unit, 0o644);
      await systemctl("daemon-reload");
    };
  }

  async start(): Promise<void> {
    try {
      await systemctl("restart", this.#service);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      throw new ServiceError(
        `the sensor does not start; the journal says:\n${await this.#lastWords()}`,
      );
    }
  }

  async stop(force: boolean): Promise<void> {
    if (force) await systemctl("kill", "--signal=KILL", this.#service).catch(() => {});
    await systemctl("stop", this.#service);
  }

  async unregister(): Promise<void> {
    await systemctl("disable", "--quiet", this.#service);
    removeIfThere(this.#unit);
    await systemctl("daemon-reload");
    await systemctl("reset-failed", this.#service).catch(() => {});
  }

  async #lastWords(): Promise<string> {
    const args = ["--unit", this.#service, "--lines", "5", "--output", "cat", "--no-pager"];
    const { stdout } = await new Deno.Command("/usr/bin/journalctl", { args, stdin: "null" })
      .output();
    return new TextDecoder().decode(stdout).trim();
  }

  get #service(): string {
    return `${this.identity.name}.service`;
  }
}

class OwnSupervisor extends OnLinux implements Manager {
  readonly kind = "supervisor";
  register(): Promise<() => Promise<void>> {
    return Promise.resolve(() => Promise.resolve());
  }

  async start(): Promise<void> {
    // The kernel goes on capturing for the next one.
    await this.#end("SIGUSR2");
    const { program } = this.identity;
    const log = serviceLogOf(this.identity);
    removeIfThere(placesOf(this.identity).state);
    // A session of its own: it outlives the terminal that it was started from.
    const child = new Deno.Command(program, {
      args: ["service", "--supervise"],
      cwd: "/",
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    child.unref();
    let ended: number | undefined;
    child.status.then(({ code }) => ended = code);
    const begin = performance.now();
    let hadBegun = false;
    let endedAt: number | undefined;
    while (!this.#isReady()) {
      const hasBegun = this.running() !== undefined;
      if (hadBegun && !hasBegun) endedAt ??= performance.now();
      hadBegun ||= hasBegun;
      const hasEnded = endedAt !== undefined && performance.now() - endedAt > LOG_MS;
      if (ended !== undefined) {
        throw new ServiceError(`the sensor ended with ${ended}; ${readLogFrom(log)}`);
      }
      if (performance.now() - begin > START_MS || hasEnded || hasFailed(log)) {
        await this.stop(true);
        throw new ServiceError(`the sensor does not start; ${readLogFrom(log)}`);
      }
      await pause();
    }
  }

  stop(force: boolean): Promise<void> {
    return this.#end(force ? "SIGKILL" : "SIGTERM");
  }

  async #end(how: "SIGTERM" | "SIGUSR2" | "SIGKILL"): Promise<void> {
    const { supervisorLock, daemonLock } = placesOf(this.identity);
    const begin = performance.now();
    let asked: number | undefined;
    for (;;) {
      const supervisor = holderOf(supervisorLock);
      const daemon = holderOf(daemonLock);
      const first = supervisor ?? daemon;
      if (first === undefined) return;
      const waited = performance.now() - begin;
      if (waited > 2 * STOP_MS) throw new ServiceError(`process ${first.pid} does not end`);
      if (how === "SIGKILL" || waited > STOP_MS) {
        for (const holder of [supervisor, daemon]) if (holder) signal(holder, "SIGKILL");
      } else if (asked !== first.pid) {
        // A supervisor passes it on; a second one would end the daemon before it has written all.
        signal(first, how);
        asked = first.pid;
      }
      await pause();
    }
  }

  unregister(): Promise<void> {
    return Promise.resolve();
  }

  #isReady(): boolean {
    const state = readState(this.identity);
    return state !== undefined && state.pid === this.running()?.pid;
  }
}

function hasFailed(log: ServiceLog): boolean {
  return /is started again in /.test(newTextOf(log));
}

async function systemctl(...args: string[]): Promise<string> {
  const program = SYSTEMCTL.find(isFile);
  if (program === undefined) throw new ServiceError(`there is no ${SYSTEMCTL[0]}`);
  const { code, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" })
    .output();
  const decoder = new TextDecoder();
  if (code === 0) return decoder.decode(stdout);
  throw new ServiceError(
    `systemctl ${args.join(" ")} ended with ${code}: ${decoder.decode(stderr).trim()}`,
  );
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
