/** `monomi plan`: what the sensor would do on this host. */
import { escapeUnprintable } from "../config/mod.ts";
import type { Native } from "../sources/native.ts";
import type { AttachPlan } from "../sources/native_answers.ts";
import { eventById } from "../schema/mod.ts";
import type { Command } from "./command.ts";
import { loadPolicy, nativeFiles } from "./policy.ts";
import { Exit, readArguments } from "./usage.ts";

/** Programs that follow processes serve every event. */
const PROCESS_EVENTS = [1, 5];

async function show(args: string[], load: () => Native): Promise<number> {
  const { values } = readArguments({
    args,
    options: {
      config: { type: "string", short: "c" },
      hooks: { type: "boolean" },
      json: { type: "boolean" },
    },
  });
  const native = load();
  const policy = await loadPolicy(values.config, nativeFiles(native));
  const found = native.plan(policy.events);
  const rulesForBlocking = policy.blocking?.tags ?? [];
  if (values.json) {
    console.log(
      JSON.stringify({ configuration: policy.source.name, rulesForBlocking, ...found }, null, 2),
    );
  } else {
    console.log(describe(found, policy.source.name, rulesForBlocking, values.hooks ?? false));
  }
  return Exit.OK;
}

function describe(
  plan: AttachPlan,
  configuration: string,
  rulesForBlocking: readonly string[],
  withHooks: boolean,
): string {
  const { kernel, namesInside, blocking, programs } = plan;
  const lines = [
    `kernel          ${kernel}`,
    `configuration   ${configuration}`,
    `names of files  ${
      namesInside.possible
        ? "seen inside the kernel"
        : `seen at system calls: ${namesInside.reason}`
    }`,
    `blocking        ${blocking.possible ? "possible" : `NOT POSSIBLE: ${blocking.reason}`}` +
    (rulesForBlocking.length > 0
      ? ` (rules: ${rulesForBlocking.join(", ")})`
      : ", no rules for it"),
  ];
  for (const { name, refused, hooks } of programs) {
    if (refused !== null && hooks.length > 0) lines.push(`REFUSED         ${name}: ${refused}`);
  }
  if (withHooks) {
    lines.push("");
    for (const { name, events, hooks } of programs) {
      if (hooks.length === 0) continue;
      const served = events.length > 0 ? events : PROCESS_EVENTS;
      const names = served.map((id) => `${id} ${eventById(id)?.name ?? ""}`.trim());
      lines.push(
        `${name.padEnd(16)}${hooks.join(" ")}`,
        `${" ".repeat(16)}for ${names.join(", ")}`,
      );
    }
  }
  return escapeLines(lines);
}

function escapeLines(lines: readonly string[]): string {
  return lines.map(escapeUnprintable).join("\n");
}

/** The command. */
export const plan: Command = {
  name: "plan",
  group: "capture",
  summary: "what the sensor would attach and block on this host",
  help: `usage: monomi plan [-c FILE] [--hooks] [--json]

Brings every kernel program before the kernel without attaching any, and tells for a configuration
which source each event has on this host and whether its rules for blocking can be enforced. Needs
root; returns 3 when the kernel cannot be asked.

  -c, --config FILE  Sysmon configuration; without it the shipped rules for this system
  --hooks            list the kernel hooks, by program, with the events that they are for
  --json             all of it as data`,
  run: show,
};
