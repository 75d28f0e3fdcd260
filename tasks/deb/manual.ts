/** The manual page, made of what `monomi help` says. */
import { allCommands } from "../../src/cli/commands.ts";
import { usage } from "../../src/cli/sysmon/texts.ts";
import { VERSION } from "../../src/sensor/version.ts";

const FILES = `/etc/monomi/config.xml     the Sysmon configuration of the service
/etc/monomi/monomi.yaml    its settings: where events go, sizes of buffers
/var/lib/monomi            what outlives a restart
/var/log/monomi            events
/run/monomi                lock and control socket`;

/** monomi(1) as roff. `date`: YYYY-MM-DD. */
export async function manualPage(date: string): Promise<string> {
  const commands = (await allCommands()).filter(({ hidden }) => !hidden);
  return [
    `.TH MONOMI 1 ${date} "monomi ${VERSION}"`,
    ".SH NAME",
    escape("monomi - system monitor in Sysmon's tradition"),
    ".SH SYNOPSIS",
    ".B monomi",
    escape("COMMAND [OPTION]..."),
    ".SH DESCRIPTION",
    escape("Records what processes, files, the network and the kernel do, as Sysmon's events, by"),
    escape("Sysmon's configurations; checks, tests and explains such configurations."),
    ".SH COMMANDS",
    ...commands.flatMap(({ name, help }) => [`.SS ${escape(name)}`, literal(help)]),
    `.SH "SYSMON'S SWITCHES"`,
    literal(usage("monomi")),
    ".SH FILES",
    literal(FILES),
    ".SH EXIT STATUS",
    literal(
      "0 fine, 1 the answer is no, 2 wrong usage, 3 could not run; Sysmon's own for its switches",
    ),
    "",
  ].join("\n");
}

function literal(text: string): string {
  return `.nf\n${text.trimEnd().split("\n").map(escape).join("\n")}\n.fi`;
}

/** Nothing in the line is a request or an escape; a dash is one that can be copied and typed. */
function escape(line: string): string {
  const text = line.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("…", "...");
  return /^[.']/.test(text) ? `\\&${text}` : text;
}
