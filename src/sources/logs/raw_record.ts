/** What every kind of log is brought to before it becomes an event. */

/** One record of a log, as far as its reader understands it. Nothing in it is checked. */
export interface RawRecord {
  /** The provider's name; undefined where the log names none. */
  readonly provider: string | undefined;
  /** Name of the host; undefined where the log names none. */
  readonly computer: string | undefined;
  /** A number, its decimal text, or an event's short name. */
  readonly id: unknown;
  /** When the record was written, as the log says it. */
  readonly time: unknown;
  readonly fields: Fields;
  /** Whether `fields` holds nothing but fields, so that a name that is none deserves a word. */
  readonly onlyFields: boolean;
}

/** Names and values; or both apart, with the very same array of names for records of one form. */
export type Fields = Iterable<readonly [name: string, value: unknown]> | ShapedFields;

/** Values of fields, by the place of their names. */
export interface ShapedFields {
  readonly names: readonly string[];
  readonly values: readonly string[];
}

/** What a reader makes of one text. */
export type RawResult = RawRecord | { readonly problem: string };
