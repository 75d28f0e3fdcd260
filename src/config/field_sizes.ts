/** The value of FieldSizes (config-semantics T29). */
import { EVENTS } from "../schema/events.ts";
import { quote } from "./diagnostics.ts";
import { didYouMean } from "./suggest.ts";

/** Sizes by field name, and what is wrong with the text. */
export interface FieldSizesResult {
  readonly sizes: ReadonlyMap<string, number>;
  readonly problems: readonly FieldSizesProblem[];
}

/** What is wrong with a stretch of the text. */
export interface FieldSizesProblem {
  /** From the start of the text. */
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  readonly help?: string;
}

const LARGEST_SIZE = 0x7fffffff;
const MAX_PROBLEMS = 20;
const FIELD_NAMES: ReadonlySet<string> = new Set(
  EVENTS.flatMap((event) => event.fields.map((field) => field.name)),
);

/** Reads `Field:Size,Field:Size`; items without a colon are skipped. */
export function parseFieldSizes(text: string): FieldSizesResult {
  const sizes = new Map<string, number>();
  const problems: FieldSizesProblem[] = [];
  const invalid = text.search(/[^A-Za-z0-9,:]/);
  if (invalid !== -1) {
    const character = String.fromCodePoint(text.codePointAt(invalid)!);
    problems.push({
      offset: invalid,
      length: character.length,
      message: `FieldSizes has the invalid character ${quote(character)}`,
      help: "write Field:Size,Field:Size without blanks",
    });
    return { sizes, problems };
  }
  let offset = 0;
  for (const item of text.split(",")) {
    if (problems.length >= MAX_PROBLEMS) break;
    const colon = item.indexOf(":");
    if (colon !== -1) {
      const field = item.slice(0, colon);
      const size = Math.min(parseInt(item.slice(colon + 1), 10) || 0, LARGEST_SIZE);
      if (!FIELD_NAMES.has(field)) {
        const help = didYouMean(field, FIELD_NAMES);
        const message = `FieldSizes names the unknown field ${quote(field)}`;
        problems.push({ offset, length: field.length, message, ...(help && { help }) });
      } else if (size <= 0) {
        const message = `FieldSizes needs a size of at least 1 for ${field}`;
        const length = item.length - colon - 1;
        problems.push({ offset: offset + colon + 1, length, message });
      } else {
        sizes.set(field, size);
      }
    }
    offset += item.length + 1;
  }
  return { sizes, problems };
}
