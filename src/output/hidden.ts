/**
 * The characters that no output may carry as they are: a terminal obeys them, or a reader does not
 * see them.
 */

/**
 * The inside of a character class for regular expressions with the `u` flag: C0 and C1 controls,
 * format characters (bidirectional overrides, zero-width characters, tags), lone surrogates, line
 * and paragraph separators, noncharacters.
 */
export const HIDDEN = String.raw`\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}`;

/** Whether a code point is half of a surrogate pair; alone, it cannot be encoded as UTF-8. */
export function isSurrogate(codePoint: number): boolean {
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}
