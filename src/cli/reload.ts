/** `monomi reload`: give the running service its configuration anew, or another one. */
import { VERSION } from "../sensor/version.ts";
import { type Identity, identity } from "../service/identity.ts";
import { reload as reloadInstance } from "../service/install.ts";
import { type Manager, managerOf } from "../service/manager.ts";
import { readStored } from "../service/stored.ts";
import type { Native } from "../sources/native.ts";
import type { Command } from "./command.ts";
import { shippedConfiguration, validGiven } from "./given_configuration.ts";
import { unlockInstance } from "./own_paths.ts";
import { requireRoot } from "./root.ts";
import { Exit, readArguments, UsageError } from "./usage.ts";

async function run(args: string[], load: () => Native): Promise<number> {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: { defaults: { type: "boolean" } },
  });
  const [file, ...more] = positionals;
  if (more.length > 0) throw new UsageError("more than one configuration is given");
  if (values.defaults && file !== undefined) {
    throw new UsageError("give either a file or --defaults");
  }
  requireRoot(load);
  const self = identity();
  const manager = managerOf(self, load);
  const configuration = values.defaults
    ? shippedConfiguration()
    : file === undefined
    ? await validStored(self, manager)
    : await validGiven(file);
  unlockInstance(self, load);
  await reloadInstance(self, configuration, VERSION, manager);
  console.log("the configuration is in force");
  return Exit.OK;
}

/** Nothing is to be stored; what is wrong with the stored one is told here, with its place. */
async function validStored(self: Identity, manager: Manager): Promise<undefined> {
  // That none runs is told when it is asked.
  if (manager.running() !== undefined) await validGiven(readStored(self).path);
}

/** The command. */
export const reload: Command = {
  name: "reload",
  group: "service",
  summary: "put a configuration into force in the running service",
  help: `usage: monomi reload [FILE | --defaults]

Stores FILE as the service's configuration and puts it into force, between two events; without FILE
the stored one, as it is in /etc/NAME or %ProgramData%\\NAME\\config. When the running service
refuses it, the one before stays stored and in force. Needs root, or an administrator.

  --defaults  the shipped rules

exit codes: 0 it is in force, 1 the configuration is invalid, 2 wrong usage, 3 it is not in force`,
  run,
};
