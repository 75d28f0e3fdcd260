/** Every command, in the order in which `monomi help` lists them. */
import { check } from "./check.ts";
import type { Command } from "./command.ts";
import { helpOn } from "./help.ts";
import { record } from "./record.ts";
import { replay } from "./replay.ts";
import { run } from "./run.ts";
import { schema } from "./schema.ts";
import { selftest } from "./selftest.ts";
import { status } from "./status.ts";

const WITHOUT_HELP: readonly Command[] = [run, record, replay, selftest, status, check, schema];

/** All commands by name. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  [...WITHOUT_HELP, helpOn(WITHOUT_HELP)].map((command) => [command.name, command]),
);
