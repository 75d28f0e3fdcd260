/** The value of HashAlgorithms (config-semantics 2.1). */
import { HASH_ALGORITHMS, type HashAlgorithm } from "./model.ts";

/** The algorithms named, or the item that names none and its offset in the text. */
export type HashAlgorithmsResult =
  | {
    readonly algorithms: ReadonlySet<HashAlgorithm>;
    readonly unknown?: undefined;
    readonly offset?: undefined;
  }
  | { readonly algorithms?: undefined; readonly unknown: string; readonly offset: number };

const BY_SPELLING: ReadonlyMap<string, HashAlgorithm> = new Map([
  ["sha1", "SHA1"],
  ["sha-1", "SHA1"],
  ["md5", "MD5"],
  ["md-5", "MD5"],
  ["sha256", "SHA256"],
  ["sha-256", "SHA256"],
  ["imphash", "IMPHASH"],
  ["imp-hash", "IMPHASH"],
]);

/**
 * Reads a comma list of algorithms in any case, without blanks; `*` or `all` alone names all. The set
 * iterates in Sysmon's printing order. Empty for empty text and for text that starts with a comma.
 */
export function parseHashAlgorithms(text: string): HashAlgorithmsResult {
  const lower = text.toLowerCase();
  if (lower === "*" || lower === "all") return { algorithms: new Set(HASH_ALGORITHMS) };
  const named = new Set<HashAlgorithm>();
  if (lower === "" || lower.startsWith(",")) return { algorithms: named };
  const items = lower.endsWith(",") ? lower.slice(0, -1).split(",") : lower.split(",");
  let offset = 0;
  for (const item of items) {
    const algorithm = BY_SPELLING.get(item);
    if (algorithm === undefined) {
      return { unknown: text.slice(offset, offset + item.length), offset };
    }
    named.add(algorithm);
    offset += item.length + 1;
  }
  return { algorithms: new Set(HASH_ALGORITHMS.filter((algorithm) => named.has(algorithm))) };
}
