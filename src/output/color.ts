/** Colours of results for people. */

/**
 * Whether people want colours on standard output: it is a terminal that shows them, and NO_COLOR is
 * not set. Ask before permissions are dropped.
 */
export function wantsColor(): boolean {
  return Deno.stdout.isTerminal() && !Deno.env.get("NO_COLOR") && Deno.env.get("TERM") !== "dumb";
}

const SGR = {
  red: "\x1b[31m",
  green: "\x1b[32m",
  yellow: "\x1b[33m",
  cyan: "\x1b[36m",
  bold: "\x1b[1m",
  dim: "\x1b[2m",
} as const;

/** Paints text, or leaves it as it is. */
export type Paint = (style: keyof typeof SGR, text: string) => string;

/** Paints with ANSI SGR sequences where colours are wanted. */
export function painter(color: boolean | undefined): Paint {
  return color ? (style, text) => `${SGR[style]}${text}\x1b[0m` : (_style, text) => text;
}
