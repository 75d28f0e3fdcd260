/** The value of FieldSizes (config-semantics T29). */
import { EVENTS } from "../schema/events.ts";
import { quote } from "./diagnostics.ts";

/** Sizes by field name, and what is wrong with the text; offsets count from the text's start. */
export interface FieldSizesResult {
  readonly sizes: ReadonlyMap<string, number>;
  readonly problems: readonly { readonly offset: number; readonly message: string }[];
}

const LARGEST_SIZE = 0x7fffffff;
const MAX_PROBLEMS = 20;
const FIELD_NAMES: ReadonlySet<string> = new Set(
  EVENTS.flatMap((event) => event.fields.map((field) => field.name)),
);

/** Reads `Field:Size,Field:Size`; items without a colon are skipped. */
export function parseFieldSizes(text: string): FieldSizesResult {
  const sizes = new Map<string, number>();
  const problems: { offset: number; message: string }[] = [];
  const invalid = text.search(/[^A-Za-z0-9,:]/);
  if (invalid !== -1) {
    const character = String.fromCodePoint(text.codePointAt(invalid)!);
    problems.push({
      offset: invalid,
      message: `FieldSizes has the invalid character ${quote(character)}; ` +
        `write Field:Size,Field:Size without blanks`,
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
        problems.push({ offset, message: `FieldSizes names the unknown field ${quote(field)}` });
      } else if (size <= 0) {
        problems.push({ offset, message: `FieldSizes needs a size of at least 1 for ${field}` });
      } else {
        sizes.set(field, size);
      }
    }
    offset += item.length + 1;
  }
  return { sizes, problems };
}
