/** A service of this machine for a test: a copy of the packed program under a name of its own. */
import { exists, Folder, MONOMI } from "./environment.ts";
import { type Identity, identityOf } from "../../src/service/identity.ts";
import { holderOf } from "../../src/service/lock.ts";
import { placesOf } from "../../src/service/stored.ts";
import { until } from "./waiting.ts";

/** What a run of the instance's program gave. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An instance that is taken off the machine at the end of the scope, logs included. */
export class Instance implements AsyncDisposable {
  readonly identity: Identity;
  readonly folder: Folder;
  /** The copy that installs; not the installed one. */
  readonly program: string;

  /** @throws when an instance of this name is there already: it is somebody's. */
  constructor(name: string) {
    this.identity = identityOf(name);
    for (const path of this.directories) {
      if (exists(path)) throw new Error(`${path} is there; this test would remove it`);
    }
    this.folder = new Folder();
    this.program = this.folder.at(name);
    Deno.copyFileSync(MONOMI, this.program);
  }

  get directories(): string[] {
    const { programDirectory, configDirectory, stateDirectory, logDirectory, runDirectory } =
      this.identity;
    return [programDirectory, configDirectory, stateDirectory, logDirectory, runDirectory];
  }

  /** Runs the copy, in the folder that it is in. */
  async run(...args: string[]): Promise<Ran> {
    const { code, stdout, stderr } = await new Deno.Command(this.program, {
      args,
      cwd: this.folder.path,
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  /** Puts a file beside the program. */
  write(name: string, text: string): void {
    Deno.writeTextFileSync(this.folder.at(name), text);
  }

  /** The process that captures. */
  get daemon(): number | undefined {
    return holderOf(placesOf(this.identity).daemonLock)?.pid;
  }

  get supervisor(): number | undefined {
    return holderOf(placesOf(this.identity).supervisorLock)?.pid;
  }

  /** The events in the log of an instance that is not called sysmon. */
  events(): Record<string, unknown>[] {
    const path = `${this.identity.logDirectory}/events.json`;
    if (!exists(path)) return [];
    return Deno.readTextFileSync(path).split("\n").slice(0, -1).map((line) => JSON.parse(line));
  }

  /** Waits until the log has such an event, and gives it. */
  event(what: string, test: (event: Record<string, unknown>) => boolean) {
    return until(what, () => this.events().find(test));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run("uninstall", "--force");
    for (const path of this.directories) {
      if (exists(path)) Deno.removeSync(path, { recursive: true });
    }
    this.folder[Symbol.dispose]();
  }
}
