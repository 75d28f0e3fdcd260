/** `monomi help [COMMAND]`. */
import type { Command, CommandGroup } from "./command.ts";
import { Exit } from "./usage.ts";

const HEADINGS: Readonly<Record<CommandGroup, string>> = {
  service: "service",
  capture: "capture and replay",
  configurations: "configurations",
  reference: "reference",
};

const NAME_WIDTH = 11;

/** The help command for these commands and itself. */
export function helpOn(commands: readonly Command[]): Command {
  const help: Command = {
    name: "help",
    group: "reference",
    summary: "explain a command: monomi help run",
    help: `usage: monomi help [COMMAND]
       monomi COMMAND --help

Explains a command; without one, lists them.`,
    run: (args) => print(args, [...commands, help]),
  };
  return help;
}

function print(args: readonly string[], commands: readonly Command[]): number {
  if (args.length === 0) {
    console.log(overview(commands));
    return Exit.OK;
  }
  const command = commands.find(({ name }) => name === args[0]);
  if (command === undefined) {
    console.error(`monomi help: there is no such command\n\n${overview(commands)}`);
    return Exit.WRONG_USAGE;
  }
  console.log(command.help);
  return Exit.OK;
}

/** All commands, a line each, by group. */
export function overview(commands: readonly Command[]): string {
  const groups = Object.entries(HEADINGS).map(([group, heading]) => {
    const lines = commands
      .filter((command) => command.group === group && !command.hidden)
      .map(({ name, summary }) => `  ${name.padEnd(NAME_WIDTH)}${summary}`);
    return `${heading}:\n${lines.join("\n")}`;
  });
  return `monomi - system monitor in Sysmon's tradition

usage: monomi COMMAND [OPTION]…

${groups.join("\n\n")}

  ${"--version".padEnd(NAME_WIDTH)}print the version

exit codes: 0 fine, 1 the answer is no, 2 wrong usage, 3 could not run`;
}
