/** What a record of a trace tells. */
import type { FieldValue } from "../event.ts";

/** Fields by name. */
export type Fields = Readonly<Record<string, FieldValue>>;

/** What an event says. */
export interface Facts {
  /** Those left out hold `-`. */
  readonly fields: Fields;
  /** The file whose hashes and facts it has, with drive letter or as the kernel names it. */
  readonly file?: string;
  /** It is an event only if that file is a program. */
  readonly mustBeProgram?: boolean;
}

/** Which event. What it says is found out only if it is wanted: asked for at once, and at most once. */
export interface Told {
  readonly id: number;
  readonly facts: () => Facts;
}
