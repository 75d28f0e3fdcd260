/** `monomi record`: write what the native side delivers, for a replay. */
import { EVENTS } from "../schema/mod.ts";
import { BATCH_BYTES } from "../sensor/sensor.ts";
import { identity } from "../service/identity.ts";
import { LiveHost } from "../sources/live_host.ts";
import type { Native } from "../sources/native.ts";
import { recordHead } from "../sources/record_file.ts";
import { parseAccounts } from "../sources/accounts.ts";
import { refuseWithoutLinux } from "./capture_here.ts";
import type { Command } from "./command.ts";
import { OutputError } from "./outputs.ts";
import { dropPermissions } from "./permissions.ts";
import { loadPolicy } from "./policy.ts";
import { CAPTURE_HELP, CAPTURE_OPTIONS, captureSizes } from "./run.ts";
import { onSignals } from "./signals.ts";
import { Exit, parseDuration, readArguments, UsageError } from "./usage.ts";

const WAIT_MS = 1000;
const PRIVATE = 0o600;

/**
 * Records until a signal or the end of `--duration`. With `-c` only what that configuration needs is
 * captured, without it everything.
 */
async function recordLive(args: string[], load: () => Native): Promise<number> {
  const { values } = readArguments({
    args,
    options: { ...CAPTURE_OPTIONS, output: { type: "string", short: "o" } },
  });
  if (values.output === undefined) throw new UsageError("-o FILE is missing");
  const sizes = captureSizes(values);
  const duration = values.duration === undefined ? undefined : parseDuration(values.duration);
  refuseWithoutLinux("recording", "on Windows, record a trace (wpr, logman) and replay it");
  const native = load();
  const host = new LiveHost(native);
  const events = values.config === undefined
    ? EVENTS.map(({ id }) => id)
    : (await loadPolicy(values.config)).events;
  using file = create(values.output);
  writeAll(file, recordHead(factsOf(host), host.bootEpoch()));
  dropPermissions();
  native.open({ name: identity().name, events, ...sizes });
  let stopping = false;
  const stop = () => {
    stopping = true;
    native.wake();
  };
  const letGo = onSignals(stop, () => {});
  const timer = duration === undefined ? undefined : setTimeout(stop, duration);
  console.error("monomi: capturing");
  const buffer = new Uint8Array(BATCH_BYTES);
  let bytes = 0;
  for (;;) {
    const length = native.drain(buffer);
    if (length > 0) {
      writeAll(file, buffer.subarray(0, length));
      bytes += length;
    } else if (stopping) break;
    else await native.wait(WAIT_MS);
  }
  clearTimeout(timer);
  letGo();
  const stats = native.stats();
  native.close();
  console.error(`monomi: ${stats.delivered} records, ${bytes} bytes in ${values.output}`);
  return Exit.OK;
}

function factsOf(host: LiveHost) {
  return {
    computer: host.computer,
    machineId: host.machineId,
    kernel: Deno.osRelease(),
    users: parseAccounts(readText("/etc/passwd")),
  };
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

function create(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { write: true, createNew: true, mode: PRIVATE });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new OutputError(`${path} exists already; a recording never overwrites`);
    }
    throw new OutputError(`cannot create ${path}: ${(error as Error).message}`);
  }
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array<ArrayBuffer>): void {
  try {
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  } catch (error) {
    throw new OutputError(`cannot write the recording: ${(error as Error).message}`);
  }
}

/** The command. */
export const record: Command = {
  name: "record",
  group: "capture",
  summary: "capture live into a record file",
  help: `usage: monomi record -o FILE [OPTION]…

Writes exactly what the native side delivers; monomi replay reads it, on any machine.

  -o, --output FILE     must not exist yet
  -c, --config FILE     capture only what this configuration needs; without it everything
  --duration T          stop after 90s, 15m, 2h …
${CAPTURE_HELP}`,
  run: recordLive,
};
