/** `monomi uninstall`: stop the service and remove all of it but its logs. */
import { identity } from "../service/identity.ts";
import { isThere, uninstall as uninstallInstance } from "../service/install.ts";
import { managerOf } from "../service/manager.ts";
import type { Native } from "../sources/native.ts";
import type { Command } from "./command.ts";
import { unlockInstance } from "./own_paths.ts";
import { requireRoot } from "./root.ts";
import { Exit, Failure, readArguments } from "./usage.ts";

async function run(args: string[], load: () => Native): Promise<number> {
  const { values } = readArguments({ args, options: { force: { type: "boolean" } } });
  requireRoot(load);
  const self = identity();
  const manager = managerOf(self, load);
  manager.check();
  if (!isThere(self)) throw new Failure(`${self.name} is not installed`, Exit.NO);
  unlockInstance(self, load);
  const removed = await uninstallInstance(self, manager, values.force ?? false);
  console.log(`${self.name} is stopped; removed: ${removed.join(", ")}`);
  tellOfLogs(self.logDirectory);
  return Exit.OK;
}

/** Says what is left of an instance. */
export function tellOfLogs(logDirectory: string): void {
  try {
    Deno.statSync(logDirectory);
    console.log(`the logs stay in ${logDirectory}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The command. */
export const uninstall: Command = {
  name: "uninstall",
  group: "service",
  summary: "stop the service and remove all of it but its logs",
  help: `usage: monomi uninstall [--force]

Stops the service and removes /opt/NAME, /etc/NAME, /var/lib/NAME, its unit and what the kernel
keeps for it; on Windows the service, %SystemRoot%\\NAME.exe and what is in %ProgramData%\\NAME. Logs
stay, in /var/log/NAME or %ProgramData%\\NAME\\logs and wherever sinks have written them. Needs root,
or an administrator.

  --force  do not wait until it has written what it has

exit codes: 0 removed, 1 it is not installed, 2 wrong usage, 3 could not remove it`,
  run,
};
