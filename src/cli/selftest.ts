/** `monomi selftest`: does the sensor see, on this host, what it promises? */
import { countOf, table } from "../selftest/report.ts";
import { selftest as examine } from "../selftest/selftest.ts";
import { liveSource } from "../sources/live_source.ts";
import { refuseWithoutLinux } from "./capture_here.ts";
import type { Native } from "../sources/native.ts";
import type { Command } from "./command.ts";
import { escapeUnprintable } from "../config/diagnostics.ts";
import { Exit, Failure, parseDuration, readArguments } from "./usage.ts";

const RING_BYTES = 4 * 1024 * 1024;
const MAX_ARGUMENTS = 64 * 1024;
const PATIENCE = "5s";

async function test(args: string[], load: () => Native): Promise<number> {
  const { values } = readArguments({
    args,
    options: {
      json: { type: "boolean" },
      module: { type: "string" },
      patience: { type: "string" },
    },
  });
  const patienceMs = parseDuration(values.patience ?? PATIENCE);
  refuseWithoutLinux("the self-test", "it knows no provocations for other systems");
  const native = load();
  const directory = await Deno.makeTempDir({ prefix: "monomi-selftest-" });
  try {
    if (values.module !== undefined) await copyModule(values.module, `${directory}/module`);
    const findings = await examine(native, liveSource(native), {
      directory,
      patienceMs,
      ringBytes: RING_BYTES,
      maxArguments: MAX_ARGUMENTS,
    });
    console.log(values.json ? JSON.stringify({ events: findings }, null, 2) : table(findings));
    return countOf(findings, "missing") > 0 ? Exit.NO : Exit.OK;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** @throws {Failure} */
async function copyModule(from: string, to: string): Promise<void> {
  try {
    await Deno.copyFile(from, to);
  } catch (error) {
    const reason = escapeUnprintable((error as Error).message);
    throw new Failure(`the kernel module cannot be read: ${reason}`, Exit.COULD_NOT_RUN);
  }
}

/** The command. */
export const selftest: Command = {
  name: "selftest",
  group: "capture",
  summary: "does the sensor see, on this host, what it promises?",
  help: `usage: monomi selftest [--json] [--module FILE] [--patience T]

Makes each event happen, harmlessly, in a process of its own and a private folder, and tells how
long it took to be seen and which kernel programs were there for it. Returns 1 when an event that
this host promises is missing. Needs root.

  --json        the same as data, with the hooks of each program
  --module FILE a kernel module, not compressed and not loaded, to be loaded and unloaded for
                event 6, which is not tried without
  --patience T  how long an event may take (${PATIENCE})`,
  run: test,
};
