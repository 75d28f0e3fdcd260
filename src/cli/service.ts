/** `monomi service`: what the installed instance runs as. */
import { dirname } from "node:path";
import { escapeUnprintable } from "../config/mod.ts";
import { controlSocket, TappedSinks } from "../control/mod.ts";
import { Sensor, type SensorOptions } from "../sensor/sensor.ts";
import { describe } from "../sensor/summary.ts";
import { Daemon, loadToStart } from "../service/daemon.ts";
import { type Identity, identity, ownFile } from "../service/identity.ts";
import { Launcher } from "../service/launcher_channel.ts";
import { holderOf, Lock } from "../service/lock.ts";
import { managerOf } from "../service/manager.ts";
import { ServiceManager } from "../service/notify.ts";
import { makePrivateDirectory } from "../service/private_files.ts";
import { placesOf, readRunning, readStored } from "../service/stored.ts";
import { Supervisor } from "../service/supervisor.ts";
import { jsonRenderer, type SinkSpec, stdoutKind } from "../sinks/mod.ts";
import { liveSource } from "../sources/live_source.ts";
import { type Native, NativeError } from "../sources/native.ts";
import { captureToEnd, settle } from "./capturing.ts";
import type { Command } from "./command.ts";
import { openControl } from "./open_control.ts";
import { openMetrics } from "./open_metrics.ts";
import { openOutputs, openRecordIds } from "./outputs.ts";
import { dropPermissions } from "./permissions.ts";
import { OwnPaths, unlock } from "./own_paths.ts";
import { nativeFiles, policyOfBytes } from "./policy.ts";
import { requireRoot } from "./root.ts";
import { readSettings } from "./settings.ts";
import { onSignals } from "./signals.ts";
import { Exit, Failure, readArguments } from "./usage.ts";

/** Set by the launcher that a service control manager has started. */
const CONTROLLED = "MONOMI_CONTROLLED";

async function run(args: string[], load: () => Native): Promise<number> {
  const { values } = readArguments({ args, options: { supervise: { type: "boolean" } } });
  requireRoot(load);
  const self = identity();
  const { runDirectory, stateDirectory, logDirectory } = self;
  // Before anything is made or made private: called after another program, these are that one's.
  if (readRunning(self) === undefined) readStored(self);
  managerOf(self, load).prepare();
  for (const directory of [runDirectory, stateDirectory, logDirectory]) {
    makePrivateDirectory(directory);
  }
  return values.supervise ? await supervise(self) : await capture(self, load);
}

function takeLock(path: string, name: string): Lock {
  const lock = Lock.take(path);
  if (lock !== undefined) return lock;
  throw new Failure(`${name} is running already: ${path} is locked`, Exit.WRONG_USAGE);
}

async function supervise(self: Identity): Promise<number> {
  using _ = takeLock(placesOf(self).supervisorLock, `the supervisor of ${self.name}`);
  const supervisor = new Supervisor({
    program: ownFile() ?? self.program,
    args: ["service"],
    log: `${self.logDirectory}/service.log`,
  });
  const letGo = onSignals(
    () => supervisor.stop("SIGTERM"),
    () => supervisor.signal("SIGHUP"),
    () => supervisor.stop("SIGUSR2"),
  );
  const code = await supervisor.run();
  letGo();
  return code;
}

/** A sensor that others can read is better than none. */
function closeToOthers(native: Native, say: (text: string) => void): void {
  try {
    native.windows.ask({ do: "harden", launcher: Deno.ppid });
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    say(`warning: others can open the sensor's process: ${error.message}`);
  }
}

/** What cannot be kept for the next start is captured all the same. */
function open(
  sensor: Sensor,
  settings: SensorOptions,
  pins: string | undefined,
  say: (text: string) => void,
): void {
  if (pins === undefined) return void sensor.open(settings);
  try {
    sensor.open({ ...settings, pins });
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    sensor.open(settings);
    say(`warning: a kill ends the capture: ${error.message}`);
  }
}

function canPin({ pinDirectory }: Identity): boolean {
  if (Deno.build.os !== "linux") return false;
  const mounts = Deno.readTextFileSync("/proc/self/mounts").split("\n");
  return mounts.some((line) => {
    const [, place, type] = line.split(" ");
    return place === dirname(pinDirectory) && type === "bpf";
  });
}

/** On Windows standard output is the launcher's. @throws {Failure} for events that nobody would get. */
function refuseLostOutput(sinks: readonly SinkSpec[], settings: string): void {
  if (!sinks.some(({ place }) => place.kind === stdoutKind.kind)) return;
  const leads = Deno.build.os === "linux" ? Deno.readLinkSync("/proc/self/fd/1") : undefined;
  const isLost = leads === undefined ? Deno.env.has(CONTROLLED) : leads === "/dev/null";
  if (!isLost) return;
  throw new Failure(
    `${settings} has a sink to standard output, which leads nowhere here: name a file`,
    Exit.WRONG_USAGE,
  );
}

async function capture(self: Identity, load: () => Native): Promise<number> {
  using _ = takeLock(placesOf(self).daemonLock, self.name);
  const settings = readSettings(self);
  refuseLostOutput(settings.sinks, placesOf(self).settings);
  const native = load();
  unlock(native, self.pinDirectory);
  const host = liveSource(native, self.stateDirectory);
  const files = nativeFiles(native);
  const launcher = Deno.env.has(CONTROLLED) ? new Launcher() : undefined;
  const manager = launcher ?? new ServiceManager(Deno.env.toObject(), native.sockets);
  const compile = (bytes: Uint8Array, fileName: string, name: string) =>
    policyOfBytes(bytes, fileName, name, files);
  const { policy, running, problem } = await loadToStart(self, compile);
  const outputs = openOutputs(settings.sinks, {
    computer: host.computer,
    processId: Deno.pid,
    userId: host.userId,
    queueBytes: settings.queueBytes,
    stateDirectory: self.stateDirectory,
  }, () => native);
  const recordIds = openRecordIds(self.stateDirectory);
  const sinks = new TappedSinks(outputs, jsonRenderer({ computer: host.computer }));
  const sensor = new Sensor(native, host, policy, sinks, recordIds);
  const say = (text: string) => console.error(`${self.name}: ${escapeUnprintable(text)}`);
  if (launcher !== undefined) closeToOthers(native, say);
  const daemon = new Daemon({ identity: self, sensor, manager, compile, running, say });
  const control = Deno.build.os === "linux"
    ? await openControl(controlSocket(), {
      status: () => sensor.status(),
      reload: ({ config }) =>
        config === undefined
          ? daemon.reload()
          : Promise.resolve(`use \`${self.name} reload FILE\`, which stores the file, too`),
      follow: (root) => sensor.follow(root),
    }, sinks)
    : undefined;
  const pins = canPin(self) ? self.pinDirectory : undefined;
  const loses = pins === undefined && Deno.build.os === "linux";
  if (loses) say("warning: /sys/fs/bpf is not mounted; a kill ends the capture");
  const metrics = settings.metrics && openMetrics(settings.metrics, sensor);
  const supervisor = holderOf(placesOf(self).supervisorLock)?.pid;
  dropPermissions(outputs.needsNetwork ? ["net"] : []);
  const letGo = onSignals(
    () => sensor.stop(),
    () => void daemon.reload(),
    () => sensor.leave(),
  );
  void launcher?.follow(() => sensor.stop(), () => void daemon.reload());
  const places = new OwnPaths();
  const own = () => ({
    refuse: settings.protect,
    supervisor: supervisor === Deno.ppid ? supervisor : undefined,
    paths: places.of([ownFile(), self.configDirectory, self.stateDirectory, self.pinDirectory]),
  });
  open(sensor, { name: self.name, ...settings, own }, pins, say);
  settle(sensor, native, say);
  daemon.begin(problem);
  say("capturing");
  const ending = await captureToEnd(sensor, sinks, say);
  daemon.end();
  await Promise.all([control?.close(), metrics && metrics.close()]);
  const summary = await sensor.close();
  recordIds.close();
  letGo();
  console.error(describe(summary));
  return ending === "stopped" ? Exit.OK : Exit.COULD_NOT_RUN;
}

/** The command. */
export const service: Command = {
  name: "service",
  group: "service",
  summary: "run as the installed service",
  hidden: true,
  help: `usage: monomi service [--supervise]

What the installed service runs: captures with the configuration and settings in /etc/NAME until
SIGTERM; SIGHUP puts the stored configuration into force. After SIGUSR2 it ends as after SIGTERM,
but the kernel goes on capturing for the next one. Needs root.

  --supervise  start it again when it fails, and write what it says to /var/log/NAME/service.log:
               for hosts without systemd, and as the program of a container`,
  run,
};
