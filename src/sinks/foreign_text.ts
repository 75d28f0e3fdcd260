/** What receivers say, in messages for people. */

const SHOWN_CHARACTERS = 200;

/** Foreign text for a message: on one line, without what a terminal obeys, and short. */
export function shown(text: string): string {
  const line = text.slice(0, 4 * SHOWN_CHARACTERS).replace(/[\p{C}\p{Z}]+/gu, " ").trim();
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)} …` : line;
}
