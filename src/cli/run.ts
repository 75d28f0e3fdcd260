/** `monomi run`: capture live. */
import { escapeUnprintable } from "../config/mod.ts";
import { TappedSinks } from "../control/mod.ts";
import { Sensor } from "../sensor/sensor.ts";
import { describe } from "../sensor/summary.ts";
import { jsonRenderer } from "../sinks/mod.ts";
import { identity, ownFile } from "../service/identity.ts";
import { liveSource } from "../sources/live_source.ts";
import type { Native } from "../sources/native.ts";
import { captureToEnd, settle, warnOfBlocking } from "./capturing.ts";
import { refuseWithoutCapture } from "./capture_here.ts";
import type { Command } from "./command.ts";
import { openControl } from "./open_control.ts";
import { metricsAddress, openMetrics } from "./open_metrics.ts";
import { openOutputs, openRecordIds, readSinks } from "./outputs.ts";
import { dropPermissions } from "./permissions.ts";
import { OwnPaths, unlock } from "./own_paths.ts";
import { loadPolicy, nativeFiles } from "./policy.ts";
import { onSignals } from "./signals.ts";
import { Exit, parseDuration, parseSize, readArguments, UsageError } from "./usage.ts";

const DEFAULT_RING = "16M";
const DEFAULT_ARGUMENTS = "64K";
const LARGEST_RING = 2 ** 31;
const SMALLEST_RING = 4096;
const LONGEST_ARGUMENTS = 256 * 1024;

/** Options of the kernel side, shared by `run` and `record`. */
export const CAPTURE_OPTIONS = {
  config: { type: "string", short: "c" },
  duration: { type: "string" },
  ring: { type: "string" },
  "max-arguments": { type: "string" },
} as const;

/** What the help of `run` and `record` says of these options. */
export const CAPTURE_HELP = `  --ring SIZE           the kernel's buffer, a power of two (16M)
  --max-arguments SIZE  longest argument list taken, at most 256K (64K)`;

/** Reads `--ring` and `--max-arguments`. @throws {UsageError} */
export function captureSizes(values: { ring?: string; "max-arguments"?: string }) {
  const ringBytes = parseSize(values.ring ?? DEFAULT_RING);
  const isPower = Math.log2(ringBytes) % 1 === 0;
  if (!isPower || ringBytes < SMALLEST_RING || ringBytes > LARGEST_RING) {
    throw new UsageError("--ring takes a power of two from 4K to 2G, such as 32M");
  }
  const maxArguments = parseSize(values["max-arguments"] ?? DEFAULT_ARGUMENTS);
  if (maxArguments > LONGEST_ARGUMENTS) {
    throw new UsageError("--max-arguments takes at most 256K");
  }
  return { ringBytes, maxArguments };
}

/** Captures until a signal, the end of `--duration`, or the loss of the last output. */
async function runLive(args: string[], load: () => Native): Promise<number> {
  const { values } = readArguments({
    args,
    options: {
      ...CAPTURE_OPTIONS,
      sink: { type: "string", multiple: true },
      stats: { type: "boolean" },
      tree: { type: "boolean" },
      control: { type: "string" },
      pin: { type: "string" },
      protect: { type: "boolean" },
      metrics: { type: "string" },
      state: { type: "string" },
    },
  });
  const sizes = captureSizes(values);
  const address = values.metrics === undefined ? undefined : metricsAddress(values.metrics);
  const duration = values.duration === undefined ? undefined : parseDuration(values.duration);
  refuseWithoutCapture();
  // Asks the environment, which is out of reach later.
  const { name } = identity();
  const native = load();
  if (values.pin !== undefined) unlock(native, values.pin);
  const host = liveSource(native, values.state);
  const files = nativeFiles(native);
  const policy = await loadPolicy(values.config, files);
  const outputs = openOutputs(readSinks(values.sink), {
    computer: host.computer,
    processId: Deno.pid,
    userId: host.userId,
    tree: values.tree,
    stateDirectory: values.state,
  }, () => native);
  const recordIds = values.state === undefined ? undefined : openRecordIds(values.state);
  const lines = jsonRenderer({ computer: host.computer });
  const tap = values.control === undefined ? undefined : new TappedSinks(outputs, lines);
  const sinks = tap ?? outputs;
  const sensor = new Sensor(native, host, policy, sinks, recordIds);
  let path = values.config;
  const reload = async (other = path): Promise<string | undefined> => {
    const complaint = await reloaded(sensor, other, files);
    if (complaint === undefined) path = other;
    return complaint;
  };
  const control = tap === undefined ? undefined : await openControl(values.control!, {
    status: () => sensor.status(),
    reload: ({ config }) => reload(config),
    follow: (root) => sensor.follow(root),
  }, tap);
  const metrics = address && openMetrics(address, sensor);
  dropPermissions(outputs.needsNetwork ? ["net"] : []);
  const letGo = onSignals(() => sensor.stop(), () => void reload());
  const places = new OwnPaths();
  const own = () => ({
    refuse: values.protect,
    paths: places.of([ownFile(), path, values.state, values.pin]),
  });
  sensor.open({ name, ...sizes, pins: values.pin, own });
  settle(sensor, native, say);
  say("capturing");
  const timer = duration === undefined ? undefined : setTimeout(() => sensor.stop(), duration);
  const ending = await captureToEnd(sensor, sinks, say);
  clearTimeout(timer);
  await Promise.all([control?.close(), metrics?.close()]);
  const summary = await sensor.close();
  recordIds?.close();
  letGo();
  console.error(describe(summary));
  if (values.stats) console.error(JSON.stringify({ summary }));
  // Whoever reads no more, as head does, has what he wanted.
  return ending === "failed" ? Exit.COULD_NOT_RUN : Exit.OK;
}

function say(text: string): void {
  console.error(`monomi: ${escapeUnprintable(text)}`);
}

/**
 * A broken configuration, or one that the kernel refuses, leaves the old one in force; resolves to why.
 */
async function reloaded(
  sensor: Sensor,
  path: string | undefined,
  files: Parameters<typeof loadPolicy>[1],
): Promise<string | undefined> {
  try {
    if (path !== undefined && !isReadableAgain(path)) {
      throw new Error(`${path} can be read only at the start; start with a file to reload it`);
    }
    sensor.reload(await loadPolicy(path, files));
    warnOfBlocking(sensor, say);
    console.error("monomi: configuration reloaded");
    return undefined;
  } catch (error) {
    const reason = escapeUnprintable((error as Error).message);
    console.error(`monomi: not reloaded, the old configuration stays: ${reason}`);
    return reason;
  }
}

/** Pipes give their text once, and what lies under /dev is out of reach by now. */
function isReadableAgain(path: string): boolean {
  if (path === "-") return false;
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    return !(error instanceof Deno.errors.NotCapable);
  }
}

/** The command. */
export const run: Command = {
  name: "run",
  group: "capture",
  summary: "capture live and write events",
  help: `usage: monomi run [OPTION]…

Captures live until SIGINT, SIGTERM or the end of --duration; SIGHUP reloads the configuration.

  -c, --config FILE     Sysmon configuration; without it the shipped rules for this system
  --sink FORMAT:TARGET  json, xml, pretty, ecs or ocsf to -, a file, syslog[:SOCKET],
                        journald, eventlog (Windows), or a server such as syslog+tls://HOST
                        (docs/delivery.md); file options: ,size=100M,count=5; may be given several
                        times. Without it pretty on a terminal, json elsewhere
  --duration T          stop after 90s, 15m, 2h …
  --state DIR           private directory for what outlives a restart: record ids, what GUIDs count
                        from, and events that a remote receiver could not take yet
  --stats               print the summary as one line of JSON, too
  --tree                in pretty output, indent processes under their parents
  --control PATH        a socket for monomi status and monomi tail, in a directory of its own
  --metrics ADDRESS     counters for Prometheus at http://ADDRESS/metrics; a bare port is one of
                        loopback
  --pin DIRECTORY       in a BPF file system (/sys/fs/bpf/monomi): capture goes on when this
                        process is killed, and the next one with this option takes it over
  --protect             refuse signals to it, reaching into it and changes of its files, but by its
                        parent and process 1; needs BPF among the security modules
${CAPTURE_HELP}`,
  run: runLive,
};
