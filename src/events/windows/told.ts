/** What a record of a trace tells. */
import type { FieldValue } from "../event.ts";

/** Fields by name. */
export type Fields = Readonly<Record<string, FieldValue>>;

/** Which event, and its fields; those left out hold `-`. */
export interface Told {
  readonly id: number;
  readonly fields: Fields;
  /** The file whose hashes and facts it has, with drive letter or as the kernel names it. */
  readonly file?: string;
  /** It is an event only if that file is a program. */
  readonly mustBeProgram?: boolean;
}
