/** What a log of recorded events gives. */
import type { Event } from "../../events/event.ts";

/** A Sysmon event out of a log, and where it stood. */
export interface LoggedEvent {
  /**
   * With the definition of the newest schema; fields that the log does not have hold `-`, and the
   * RuleName field what the log says.
   */
  readonly event: Event;
  readonly file: string;
  /** Where in the file: a line from 1 for text, a record number for EVTX. */
  readonly place: { readonly line: number } | { readonly record: number };
}

/** Something in a log that is no event of Sysmon, or is damaged. */
export interface LogProblem {
  readonly file: string;
  readonly place: { readonly line: number } | { readonly record: number };
  /** One line, without control characters. */
  readonly message: string;
}
