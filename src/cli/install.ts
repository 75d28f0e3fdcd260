/** `monomi install`: make it a service of this host, or upgrade the one that is there. */
import { escapeUnprintable } from "../config/mod.ts";
import { VERSION } from "../sensor/version.ts";
import { registerChannel } from "../service/event_channel.ts";
import { type Identity, identity, ownFile } from "../service/identity.ts";
import { install as installInstance, type NewConfiguration } from "../service/install.ts";
import { managerOf } from "../service/manager.ts";
import { readIfThere } from "../service/private_files.ts";
import { placesOf } from "../service/stored.ts";
import { defaultSinks, settingsText, withSinks } from "../settings/mod.ts";
import { eventLogKind } from "../sinks/mod.ts";
import type { Native } from "../sources/native.ts";
import type { Command } from "./command.ts";
import { shippedConfiguration, validGiven } from "./given_configuration.ts";
import { unlockInstance } from "./own_paths.ts";
import { requireRoot } from "./root.ts";
import { readSettings, validSettings } from "./settings.ts";
import { Exit, Failure, readArguments } from "./usage.ts";

/**
 * Installs with this configuration; undefined: the one that is there, or `fallback`.
 *
 * @throws {Failure} {@link ServiceError}
 */
export async function installWith(
  configuration: NewConfiguration | undefined,
  sinks: readonly string[],
  fallback: () => NewConfiguration,
  load: () => Native,
): Promise<{ readonly identity: Identity; readonly manager: string }> {
  const self = identity();
  const program = ownFile();
  if (program === undefined) {
    throw new Failure(
      "only the packed program can be installed: dist/monomi or dist/monomi.exe",
      Exit.COULD_NOT_RUN,
    );
  }
  const manager = managerOf(self, load);
  manager.check();
  const { settings: settingsPath, configurations } = placesOf(self);
  const isThere = configurations.some((path) => readIfThere(path) !== undefined);
  const there = readIfThere(settingsPath);
  const settings = newSettings(self, there, sinks);
  const coming = settings === undefined ? there! : new TextEncoder().encode(settings);
  validSettings(coming, settingsPath, self);
  unlockInstance(self, load);
  await installInstance({
    identity: self,
    program,
    version: VERSION,
    configuration: configuration ?? (isThere ? undefined : fallback()),
    settings,
  }, manager);
  if (Deno.build.os === "windows") await registerOwnChannel(self);
  return { identity: self, manager: manager.kind };
}

/** The sensor captures all the same; its sink waits for the channel. */
async function registerOwnChannel(self: Identity): Promise<void> {
  const { sinks } = readSettings(self);
  if (!sinks.some(({ place }) => place.kind === eventLogKind.kind)) return;
  const reason = await registerChannel(self);
  if (reason === undefined) return;
  console.error(
    `${self.name}: the channel ${self.name}/Operational could not be registered: ` +
      escapeUnprintable(reason),
  );
}

/** The settings file to write; undefined: what is there stays. */
function newSettings(
  self: Identity,
  there: Uint8Array | undefined,
  sinks: readonly string[],
): string | undefined {
  if (there === undefined) {
    return settingsText(self, sinks.length > 0 ? sinks : defaultSinks(self));
  }
  return sinks.length > 0 ? withSinks(new TextDecoder().decode(there), sinks) : undefined;
}

async function run(args: string[], load: () => Native): Promise<number> {
  const { values } = readArguments({
    args,
    options: {
      config: { type: "string", short: "c" },
      sink: { type: "string", multiple: true },
    },
  });
  requireRoot(load);
  const configuration = values.config === undefined ? undefined : await validGiven(values.config);
  const installed = await installWith(configuration, values.sink ?? [], shippedConfiguration, load);
  const { name, program, configDirectory, logDirectory } = installed.identity;
  console.log(
    `${name} is installed and captures\n` +
      `  program        ${program}\n` +
      `  configuration  ${configDirectory}\n` +
      `  logs           ${logDirectory}`,
  );
  if (installed.manager === "supervisor") {
    console.log(
      "There is no systemd here: after a reboot, run " + `${program} service --supervise`,
    );
  }
  return Exit.OK;
}

/** The command. */
export const install: Command = {
  name: "install",
  group: "service",
  summary: "make it a service of this host, or upgrade it",
  help: `usage: monomi install [-c FILE] [--sink FORMAT:TARGET]…

Copies this file to /opt/NAME/NAME, stores configuration and settings in /etc/NAME, and starts the
service; NAME is this file's name. With systemd it is a unit, elsewhere a supervised daemon. On
Windows it is a service, %SystemRoot%\\NAME.exe with its files in %ProgramData%\\NAME, and with the
sink xml:eventlog a channel of the event log, by %SystemRoot%\\NAME-events.dll. Where it is
installed already, it is upgraded: what is not given stays. Either all of it is done or nothing.
Needs root, or an administrator.

  -c, --config FILE     Sysmon configuration, XML or YAML; at first the shipped rules
  --sink FORMAT:TARGET  as for monomi run; may be given several times. It goes to
                        NAME's monomi.yaml, in place of the sinks there

exit codes: 0 it captures, 1 the configuration is invalid, 2 wrong usage or settings, 3 could not
install, and all is as before`,
  run,
};
