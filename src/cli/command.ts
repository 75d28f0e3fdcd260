/** What a command is. */
import type { Native } from "../sources/native.ts";

/** Under which heading `monomi help` lists a command. */
export type CommandGroup = "service" | "capture" | "configurations" | "reference";

/** One command of the program; one file each, listed in commands.ts. */
export interface Command {
  readonly name: string;
  readonly group: CommandGroup;
  /** One line for the overview, without a period. */
  readonly summary: string;
  /** Not for people: `monomi help` lists it nowhere. */
  readonly hidden?: true;
  /** What `monomi help NAME` prints: a usage line, a blank line, what it does, its options. */
  readonly help: string;
  /**
   * Runs with the arguments behind the name and returns the exit code. `load` opens the native
   * library; commands that do not need it must not call it.
   *
   * @throws {UsageError} for wrong usage, which the caller prints
   */
  run(args: string[], load: () => Native): number | Promise<number>;
}
