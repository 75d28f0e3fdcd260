/** Completions for shells, made of what `monomi help` says. */
import { allCommands } from "../../src/cli/commands.ts";

/** One command as shells complete it. */
interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly string[];
}

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
  if [ "$COMP_CWORD" = 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")}" -- "$current"))
    return
  fi
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
  if (( CURRENT == 2 )); then
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
  return `${lines.join("\n")}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
