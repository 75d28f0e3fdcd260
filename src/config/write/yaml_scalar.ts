/** Texts as YAML scalars: plain where no reader could misunderstand that, else quoted. */

/** Where a scalar stands: by itself on a line, or between brackets. */
export type ScalarContext = "block" | "flow";

// What YAML 1.1 or 1.2 takes for something else than a text.
const OTHER_TYPES = new RegExp(
  "^(?:" + [
    "~|null|true|false|yes|no|on|off|y|n|<<|=",
    "[-+]?(?:0x[\\da-f_]+|0o?[0-7_]+|0b[01_]+|\\.inf|\\.nan)",
    "[-+]?(?:\\d[\\d_,]*)?(?:\\.[\\d_]*)?(?:e[-+]?\\d+)?",
    "[-+]?\\d[\\d_]*(?::\\d\\d?)+(?:\\.\\d*)?",
    "\\d{4}-\\d\\d?-\\d\\d?.*",
  ].join("|") + ")$",
  "i",
);
const BEGINS_PLAIN = /^(?:[^\s\-?:,[\]{}#&*!|>'"%@`]|-[A-Za-z0-9])/;
const BEGINS_DOCUMENT = /^(?:---|\.\.\.)/;
const UNLIKE_PLAIN = /: |:$| #|\s$/;
const FLOW_SIGNS = /[,[\]{}]/;
// Control and format characters, and all blanks but the plain one.
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;
const ESCAPED = new RegExp(`["\\\\]|${HIDDEN.source}`, "gu");

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** `text` so that every YAML reader gives the same text back, on one line. */
export function yamlScalar(text: string, context: ScalarContext): string {
  if (HIDDEN.test(text)) return `"${text.replace(ESCAPED, escape)}"`;
  const isPlain = BEGINS_PLAIN.test(text) && !BEGINS_DOCUMENT.test(text) &&
    !UNLIKE_PLAIN.test(text) && !OTHER_TYPES.test(text) &&
    (context === "block" || !FLOW_SIGNS.test(text));
  return isPlain ? text : `'${text.replaceAll("'", "''")}'`;
}

function escape(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  const hex = character.codePointAt(0)!.toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, "0")}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
