/**
 * Every command, in the order in which `monomi help` lists them. Each is loaded when it is asked
 * for: what `check` does not need must not cost it time.
 */
import type { Command } from "./command.ts";
import { helpOn } from "./help.ts";

const LOADERS: Readonly<Record<string, () => Promise<Command>>> = {
  install: async () => (await import("./install.ts")).install,
  reload: async () => (await import("./reload.ts")).reload,
  uninstall: async () => (await import("./uninstall.ts")).uninstall,
  service: async () => (await import("./service.ts")).service,
  run: async () => (await import("./run.ts")).run,
  record: async () => (await import("./record.ts")).record,
  replay: async () => (await import("./replay.ts")).replay,
  status: async () => (await import("./status.ts")).status,
  tail: async () => (await import("./tail.ts")).tail,
  selftest: async () => (await import("./selftest.ts")).selftest,
  plan: async () => (await import("./plan.ts")).plan,
  check: async () => (await import("./check.ts")).check,
  show: async () => (await import("./show.ts")).show,
  explain: async () => (await import("./explain.ts")).explain,
  coverage: async () => (await import("./coverage.ts")).coverage,
  diff: async () => (await import("./diff.ts")).diff,
  test: async () => (await import("./test.ts")).test,
  fmt: async () => (await import("./fmt.ts")).fmt,
  convert: async () => (await import("./convert.ts")).convert,
  merge: async () => (await import("./merge.ts")).merge,
  schema: async () => (await import("./schema.ts")).schema,
};

/** The command of this name, if there is one. */
export async function findCommand(name: string): Promise<Command | undefined> {
  if (name === "help") return (await allCommands()).at(-1);
  return Object.hasOwn(LOADERS, name) ? await LOADERS[name]() : undefined;
}

/** All commands; the last one is help. */
export async function allCommands(): Promise<readonly Command[]> {
  const commands = await Promise.all(Object.values(LOADERS).map((load) => load()));
  return [...commands, helpOn(commands)];
}
