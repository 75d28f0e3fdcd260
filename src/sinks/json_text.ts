/**
 * Text inside of JSON.
 */
import { HIDDEN, isSurrogate } from "../output/hidden.ts";

const NEEDS_A_LOOK = /[^ !#-\[\]-~]/;
const NOT_PRINTABLE_ASCII = /[^ -~]/;
const ESCAPED = new RegExp(`["\\\\${HIDDEN}]`, "gu");
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/**
 * The inside of a JSON string literal that stands for `text`: hidden characters (see {@link HIDDEN})
 * are `\u` escapes, a lone surrogate is `\ufffd`, so that a line is valid UTF-8 and no terminal
 * obeys it.
 */
export function escapeJson(text: string): string {
  if (!NEEDS_A_LOOK.test(text)) return text;
  // Paths of Windows: all that can need an escape here, the engine escapes in the same way.
  if (!NOT_PRINTABLE_ASCII.test(text)) return JSON.stringify(text).slice(1, -1);
  return text.replace(ESCAPED, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  if (character.length === 1 && isSurrogate(character.charCodeAt(0))) return "\\ufffd";
  let escaped = "";
  for (let i = 0; i < character.length; i++) {
    escaped += "\\u" + character.charCodeAt(i).toString(16).padStart(4, "0");
  }
  return escaped;
}
