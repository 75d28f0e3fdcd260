/** `monomi help [COMMAND]`. */
import { Exit } from "./usage.ts";

const OVERVIEW = `monomi - system monitor in Sysmon's tradition

usage: monomi COMMAND [OPTION]…

  run        capture live and write events
  record     capture live into a record file
  replay     send a record file through a configuration
  check      validate configurations
  schema     print events, fields and operators of a schema version
  help       explain a command: monomi help run
  --version  print the version

exit codes: 0 fine, 1 the answer is no, 2 wrong usage, 3 could not run`;

const CAPTURE = `  --ring SIZE           the kernel's buffer, a power of two (16M)
  --max-arguments SIZE  longest argument list taken, at most 256K (64K)`;

const TEXTS: Readonly<Record<string, string>> = {
  run: `usage: monomi run [-c FILE] [--sink FORMAT:TARGET]… [--duration T] [--stats] [--tree]

Captures live until SIGINT, SIGTERM or the end of --duration; SIGHUP reloads the configuration.

  -c, --config FILE     Sysmon configuration; without it the shipped rules for Linux servers
  --sink FORMAT:TARGET  json, xml or pretty to - (standard output), a file, or syslog[:SOCKET];
                        file options: ,size=100M,count=5; may be given several times. Without it
                        pretty on a terminal, json elsewhere
  --duration T          stop after 90s, 15m, 2h …
  --stats               print the summary as one line of JSON, too
  --tree                in pretty output, indent processes under their parents
${CAPTURE}`,
  record: `usage: monomi record -o FILE [-c FILE] [--duration T]

Writes exactly what the native side delivers; monomi replay reads it, on any machine.

  -o, --output FILE     must not exist yet
  -c, --config FILE     capture only what this configuration needs; without it everything
  --duration T          stop after 90s, 15m, 2h …
${CAPTURE}`,
  replay: `usage: monomi replay FILE [-c FILE] [--sink FORMAT:TARGET]… [--stats] [--tree]

Sends a record file through the same rules and sinks as live capture. Needs no privileges. Images
are not hashed.`,
  check: `usage: monomi check [--permissive] [--json] FILE…

Validates Sysmon configurations; - is standard input. Problems go to stderr as
file:line:column: severity: message [code].`,
  schema: `usage: monomi schema [--json] [VERSION|all]

Prints a schema version (4.81, windows-4.90 …); without one the newest.`,
  help: "usage: monomi help [COMMAND]",
};

/** Prints an overview or a command's help. */
export function help(args: string[]): number {
  const text = args.length === 0
    ? OVERVIEW
    : Object.hasOwn(TEXTS, args[0])
    ? TEXTS[args[0]]
    : undefined;
  if (text === undefined) {
    console.error(`monomi help: there is no such command\n\n${OVERVIEW}`);
    return Exit.WRONG_USAGE;
  }
  console.log(text);
  return Exit.OK;
}
