/** YAML text -> its one document and its comments; what would overwhelm a parser is refused here. */
import { Composer, CST, Lexer, type Node, Parser } from "yaml";
import { escapeUnprintable } from "../diagnostics.ts";
import type { PlacedText } from "../node.ts";
import type { Refusal } from "../prescan.ts";

/** Longest text in UTF-16 code units; the largest configurations known have an eighth of it. */
export const MAX_YAML_LENGTH = 2 * 1024 * 1024;
/** How deep lists and maps may be nested; a valid configuration needs 12. */
export const MAX_YAML_DEPTH = 40;
/** How many words, signs and stretches of blanks the text may have. */
export const MAX_YAML_TOKENS = 300_000;

/** What a YAML text consists of, or why it is not read. */
export type Scanned =
  | {
    /** Undefined when there is nothing but comments. */
    readonly contents: Node | undefined;
    readonly comments: readonly PlacedText[];
    readonly refusal?: undefined;
  }
  | { readonly refusal: Refusal };

/** A character that XML cannot hold, and so no configuration of Sysmon. */
export const FORBIDDEN_CHARACTER =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u;

const NO_FEATURES = "; a configuration is written without it";

/** What YAML can do and a configuration never needs, by the type of its token. */
const UNUSED: Readonly<Record<string, string>> = {
  anchor: "an anchor (&name)",
  alias: "an alias (*name)",
  tag: "a tag (!name)",
  "directive-line": "a directive (%NAME)",
};

/**
 * Scans text with LF line ends, in time linear to its length. All scalars become texts, as the file
 * spells them: `4.90` does not turn into the number 4.9.
 */
export function scanYaml(text: string): Scanned {
  if (text.length > MAX_YAML_LENGTH) {
    return refuse("MON204", 0, `the file is longer than ${MAX_YAML_LENGTH} characters`);
  }
  const forbidden = FORBIDDEN_CHARACTER.exec(text);
  if (forbidden !== null) return refuse("MON205", forbidden.index, forbiddenMessage(forbidden[0]));
  const tokens: CST.Token[] = [];
  const comments: PlacedText[] = [];
  const refusal = readTokens(text, tokens, comments);
  if (refusal !== undefined) return { refusal };
  const documents = tokens.filter((token) => token.type === "document");
  if (documents.length > 1) {
    return refuse("MON202", documents[1].offset, "a second document begins here; one is read");
  }
  return compose(tokens, comments);
}

/** What is wrong with a character that {@link FORBIDDEN_CHARACTER} finds. */
export function forbiddenMessage(character: string): string {
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  return `the character U+${code} cannot be part of a configuration`;
}

function refuse(code: Refusal["code"], offset: number, message: string): { refusal: Refusal } {
  return { refusal: { code, offset, message } };
}

function readTokens(
  text: string,
  tokens: CST.Token[],
  comments: PlacedText[],
): Refusal | undefined {
  const parser = new Parser();
  let count = 0;
  let isScalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    const { offset } = parser;
    if (++count > MAX_YAML_TOKENS) {
      return refuse("MON204", offset, `the file has more than ${MAX_YAML_TOKENS} tokens`).refusal;
    }
    const type: string | null = isScalar ? null : CST.tokenType(lexeme);
    isScalar = type === "scalar";
    if (type === "comment") {
      comments.push({ text: lexeme.slice(1), offset, end: offset + lexeme.length });
    }
    const unused = type === null ? undefined : UNUSED[type];
    if (unused !== undefined) {
      return refuse("MON202", offset, `this is ${unused}${NO_FEATURES}`).refusal;
    }
    for (const token of parser.next(lexeme)) {
      if (token.type === "error") return notWellFormed(token.offset, token.message);
      tokens.push(token);
    }
    if (parser.stack.length > MAX_YAML_DEPTH) {
      return refuse("MON203", offset, `lists and maps are nested more than ${MAX_YAML_DEPTH} deep`)
        .refusal;
    }
  }
  tokens.push(...parser.end());
  return undefined;
}

/** What to do about the library's complaints that are hard to understand. */
const HELP: readonly (readonly [complaint: RegExp, help: string])[] = [
  [/^Tabs are not allowed/, "indent with blanks"],
  [
    /^Nested mappings|^Implicit (map )?keys|same column/i,
    "begin all keys of an item in the same column, write `: ` behind each key, and put texts that " +
    "contain `: ` into single quotes",
  ],
  [/^Unexpected scalar|^Missing closing/, "put the whole text into single quotes"],
  [/escape/i, "in double quotes `\\` is special; put the text into single quotes"],
];

function notWellFormed(offset: number, message: string): Refusal {
  const [line] = message.split("\n", 1);
  const lowered = /^[A-Z][a-z]/.test(line) ? line[0].toLowerCase() + line.slice(1) : line;
  const help = HELP.find(([complaint]) => complaint.test(line))?.[1];
  return {
    code: "MON201",
    offset,
    message: `not well-formed YAML: ${escapeUnprintable(lowered.slice(0, 200))}`,
    ...(help && { help }),
  };
}

class FirstError extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

/** The library collects errors without end, each of them costly; the first one is enough. */
function compose(tokens: readonly CST.Token[], comments: readonly PlacedText[]): Scanned {
  const composer = new Composer({ schema: "failsafe", uniqueKeys: false });
  let first: FirstError | undefined;
  Object.assign(composer, {
    onError(place: ErrorPlace, _code: string, message: string, isWarning?: boolean) {
      if (isWarning) return;
      first ??= new FirstError(notWellFormed(offsetOf(place), message));
      throw first;
    },
  });
  try {
    const [document] = composer.compose(tokens);
    return { contents: document?.contents ?? undefined, comments };
  } catch (error) {
    if (error instanceof FirstError) return { refusal: error.refusal };
    throw error;
  }
}

type ErrorPlace = number | readonly number[] | { readonly offset: number };

function offsetOf(place: ErrorPlace): number {
  if (typeof place === "number") return place;
  return "offset" in place ? place.offset : place[0];
}
