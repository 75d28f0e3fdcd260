/**
 * What rules mean differently on the two systems: environment variables in values (config-semantics X9)
 * and the order of texts (5.2). Which system an event is from decides, not where its rules are applied.
 */
import type { Event } from "../events/event.ts";

/** How conditions are compiled for events of one system. */
export interface Platform {
  /** Whether `_` and `[` sort before letters, because these are folded to lower case. */
  readonly sortsLowerCase: boolean;
  /** What a value with `%` stands for; undefined for one that no field matches. */
  expand(value: string): string | undefined;
}

/** Windows gives up on what becomes longer, in UTF-16 code units. */
const MAX_EXPANDED = 259;

/** A percent sign is one like any other. */
export const LINUX: Platform = { sortsLowerCase: false, expand: (value) => value };

/** Windows with these variables, whose names do not tell upper from lower case. */
export function windowsWith(variables: Readonly<Record<string, string | undefined>>): Platform {
  const byName = new Map(
    Object.entries(variables).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    sortsLowerCase: true,
    expand(value) {
      if (!value.includes("%")) return value;
      // Names that are not known stay, as ExpandEnvironmentStrings has it.
      const expanded = value.replace(
        /%([^%]+)%/g,
        (text, name: string) => byName.get(name.toLowerCase()) ?? text,
      );
      return expanded.length > MAX_EXPANDED ? undefined : expanded;
    },
  };
}

/**
 * Windows as it is installed everywhere. A recording does not say which variables its host had; those
 * of users are not known.
 */
export const RECORDED_WINDOWS: Platform = windowsWith({
  SystemDrive: "C:",
  SystemRoot: "C:\\Windows",
  windir: "C:\\Windows",
  ComSpec: "C:\\Windows\\system32\\cmd.exe",
  ProgramFiles: "C:\\Program Files",
  "ProgramFiles(x86)": "C:\\Program Files (x86)",
  ProgramW6432: "C:\\Program Files",
  CommonProgramFiles: "C:\\Program Files\\Common Files",
  "CommonProgramFiles(x86)": "C:\\Program Files (x86)\\Common Files",
  CommonProgramW6432: "C:\\Program Files\\Common Files",
  ProgramData: "C:\\ProgramData",
  ALLUSERSPROFILE: "C:\\ProgramData",
  PUBLIC: "C:\\Users\\Public",
});

let host: Platform | undefined;

/** The system that this program runs on, with its environment at the first call. */
export function hostPlatform(): Platform {
  return host ??= Deno.build.os === "windows" ? windowsWith(Deno.env.toObject()) : LINUX;
}

/** The system that an event is from. */
export function platformOf({ origin }: Event): Platform {
  if (origin === undefined) return hostPlatform();
  return origin.system === "linux" ? LINUX : RECORDED_WINDOWS;
}
