/**
 * Sysmon's command line as its own parser reads it (config-semantics 7.1), without effects.
 */
import { type Switch, SWITCHES, type SwitchName } from "./table.ts";

/** The switches that were given, each with its value if it has one. */
export type Given = ReadonlyMap<SwitchName, string | undefined>;

/** What a command line says, or that it says nothing that Sysmon understands. */
export type Parsed =
  | { readonly given: Given; readonly failure?: undefined }
  | { readonly failure: string };

/** How the system that the command line is for writes switches. */
export interface ParseOptions {
  /** Where a path can begin with `/`, an argument that does is a value wherever one is taken. */
  readonly pathsBeginWithSlash: boolean;
}

const DASH = "-";
const SLASH = "/";

/** Reads the arguments behind the program's name (L1 to L7). */
export function parseSwitches(
  args: readonly string[],
  { pathsBeginWithSlash }: ParseOptions,
): Parsed {
  const given = new Map<SwitchName, string | undefined>();
  const beginsSwitch = (text: string | undefined) =>
    text?.[0] === DASH || (!pathsBeginWithSlash && text?.[0] === SLASH);
  let exclusive: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const argument = args[at];
    if (argument[0] !== DASH && argument[0] !== SLASH) {
      return { failure: `${quoted(argument)} is no switch` };
    }
    const group = readGroup(argument.slice(1));
    if (group === undefined) return { failure: `${quoted(argument)} is no switch` };
    for (const [index, one] of group.entries()) {
      const name = one.name as SwitchName;
      const isLast = index === group.length - 1;
      if (one.exclusive) {
        if (exclusive !== undefined) {
          return { failure: `-${exclusive} and -${one.letters} exclude each other` };
        }
        exclusive = one.letters;
      }
      let value: string | undefined;
      if (one.takes === "required") {
        if (!isLast || at + 1 === args.length) {
          return { failure: `-${one.letters} needs a value behind it` };
        }
        value = args[++at];
      } else if (one.takes === "optional" && isLast) {
        if (at + 1 < args.length && !beginsSwitch(args[at + 1])) value = args[++at];
      }
      if (value !== undefined && given.get(name) !== undefined) {
        return { failure: `-${one.letters} has two values` };
      }
      given.set(name, value ?? given.get(name));
    }
  }
  return { given };
}

/**
 * The switches of one argument, without its dash: letters in the order of the table, or one switch
 * of several letters, whatever stands behind it (L2, L3). Undefined for anything else.
 */
function readGroup(letters: string): readonly Switch[] | undefined {
  const text = letters.toLowerCase();
  const group: Switch[] = [];
  let at = 0;
  for (const one of SWITCHES) {
    if (at === text.length) break;
    if (one.letters.length > 1) {
      if (at === 0 && text.startsWith(one.letters)) return [one];
    } else if (text[at] === one.letters) {
      group.push(one);
      at++;
    }
  }
  return at === text.length ? group : undefined;
}

function quoted(argument: string): string {
  return JSON.stringify(argument);
}
