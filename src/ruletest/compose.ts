/** YAML text -> the library's nodes, in time linear to the text; what would overwhelm it is refused. */
import { Composer, CST, Lexer, Parser } from "yaml";
import type { Code } from "../config/mod.ts";

/** How deep lists and maps may be nested. */
export const MAX_DEPTH = 64;
const MAX_TOKENS = 600_000;

/** Why a text is not read. */
export interface Refusal {
  readonly code: Code;
  readonly offset: number;
  readonly message: string;
}

/** The contents of the only document (null when it is empty), or why there are none. */
export type Composed =
  | { readonly contents: unknown; readonly refusal?: undefined }
  | { readonly refusal: Refusal };

/** Reads YAML 1.2 with its core schema. Repeated keys are the caller's business. */
export function composeYaml(text: string): Composed {
  const tokens: CST.Token[] = [];
  const refusal = readTokens(text, tokens);
  if (refusal !== undefined) return { refusal };
  const documents = tokens.filter(({ type }) => type === "document");
  if (documents.length > 1) {
    const message = "a second document begins here; one is read";
    return { refusal: { code: "MON301", offset: documents[1].offset, message } };
  }
  return compose(tokens);
}

function readTokens(text: string, tokens: CST.Token[]): Refusal | undefined {
  const parser = new Parser();
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const { offset } = parser;
    if (++count > MAX_TOKENS) {
      return { code: "MON302", offset, message: `the file has more than ${MAX_TOKENS} tokens` };
    }
    for (const token of parser.next(lexeme)) {
      if (token.type === "error") {
        return { code: "MON301", offset: token.offset, message: token.message };
      }
      tokens.push(token);
    }
    if (parser.stack.length > MAX_DEPTH) {
      const message = `the file is nested more than ${MAX_DEPTH} levels deep`;
      return { code: "MON302", offset, message };
    }
  }
  tokens.push(...parser.end());
  return undefined;
}

class FirstError extends Error {
  constructor(readonly offset: number, message: string) {
    super(message);
  }
}

type ErrorPlace = number | readonly number[] | { readonly offset: number };

/** The library collects errors without end, each of them costly; the first one is enough. */
function compose(tokens: readonly CST.Token[]): Composed {
  const composer = new Composer({ version: "1.2", schema: "core", uniqueKeys: false });
  let first: FirstError | undefined;
  Object.assign(composer, {
    onError(place: ErrorPlace, _code: string, message: string, isWarning?: boolean) {
      if (isWarning) return;
      first ??= new FirstError(offsetOf(place), message);
      throw first;
    },
  });
  try {
    const [document] = composer.compose(tokens);
    return { contents: document?.contents ?? null };
  } catch (error) {
    if (!(error instanceof FirstError)) throw error;
    const { offset, message } = error;
    return { refusal: { code: "MON301", offset, message } };
  }
}

function offsetOf(place: ErrorPlace): number {
  if (typeof place === "number") return place;
  return "offset" in place ? place.offset : place[0];
}
