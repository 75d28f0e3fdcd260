/** Completions for shells, made of what `monomi help` says. */
import { allCommands } from "../../src/cli/commands.ts";
import { usage } from "../../src/cli/sysmon/texts.ts";

/** One command as shells complete it. */
interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly string[];
}

/** Options of the program itself, which stand in a command's place. */
const OWN = ["--help", "--version"];
/** Sysmon's switches, as its usage lists them. */
const SWITCHES = ["-?", ...usage("monomi").match(/(?<=^ {2})-[a-z]+(?= )/gm)!];

/** Scripts for the three shells. */
export async function completions(): Promise<
  { readonly bash: string; readonly zsh: string; readonly fish: string }
> {
  const commands = (await allCommands()).filter(({ hidden }) => !hidden)
    .map(({ name, summary, help }): Completed => ({
      name,
      summary,
      options: [...new Set(help.match(/(?<=^|[\s[|])--[a-z][a-z-]*/gm) ?? [])],
    }));
  return { bash: bash(commands), zsh: zsh(commands), fish: fish(commands) };
}

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(({ name, options }) =>
    `    ${name}) options="${options.join(" ")}" ;;\n`
  );
  return `_monomi() {
  local current=\${COMP_WORDS[COMP_CWORD]} options=
  local commands="${commands.map(({ name }) => name).join(" ")}"
  case $COMP_CWORD:$current:\${COMP_WORDS[1]} in
    1:-*) COMPREPLY=($(compgen -W "${[...OWN, ...SWITCHES].join(" ")}" -- "$current")); return ;;
    1:* | 2:*:help) COMPREPLY=($(compgen -W "$commands" -- "$current")); return ;;
  esac
  case \${COMP_WORDS[1]} in
${cases.join("")}  esac
  case $current in
    -*) COMPREPLY=($(compgen -W "$options --help" -- "$current")) ;;
    *) COMPREPLY=() ;;
  esac
}
complete -o default -F _monomi monomi
`;
}

function zsh(commands: readonly Completed[]): string {
  const described = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}\n`);
  const cases = commands.map(({ name, options }) =>
    `    ${name}) compadd -- ${[...options, "--help"].join(" ")} ;;\n`
  );
  return `#compdef monomi
_monomi() {
  local -a commands
  commands=(
${described.join("")}  )
  if (( CURRENT == 2 )) && [[ $words[CURRENT] == -* ]]; then
    compadd -- ${[...OWN, ...SWITCHES].map(quoted).join(" ")}
    return
  fi
  if (( CURRENT == 2 )) || [[ CURRENT -eq 3 && $words[2] == help ]]; then
    _describe command commands
    return
  fi
  [[ $words[CURRENT] == -* ]] && case $words[2] in
${cases.join("")}  esac
  _files
}
_monomi "$@"
`;
}

function fish(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ name, summary, options }) => [
    `complete -c monomi -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ...options.map((option) =>
      `complete -c monomi -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`
    ),
  ]);
  const own = [
    ...OWN.map((option) => `-l ${option.slice(2)}`),
    ...SWITCHES.map((letters) => `-o ${quoted(letters.slice(1))}`),
  ].map((option) => `complete -c monomi -n __fish_use_subcommand ${option}`);
  const names = commands.map(({ name }) => name).join(" ");
  const ofHelp = `complete -c monomi -n '__fish_seen_subcommand_from help' -a ${quoted(names)}`;
  return `${[...lines, ofHelp, ...own].join("\n")}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
