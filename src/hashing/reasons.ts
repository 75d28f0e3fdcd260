/** Why an event has no hashes. */

/**
 * The native side's reasons by number (`monomi_hash::Reason`): `CODES[n - 1]` is what the negative
 * result `-n` means.
 */
const CODES = [
  "gone",
  "not_regular",
  "too_large",
  "timeout",
  "changed",
  "permission",
  "fuse",
  "io_error",
  "unsupported",
  "not_program",
] as const;

/** Every reason, for statistics; `busy` is this side's own: no free place in the queue. */
export const REASONS = [...CODES, "busy"] as const;

/** Why there are no hashes; docs/hashing.md says what to do about each. */
export type Reason = (typeof REASONS)[number];

/** The reason behind a negative native result. */
export function reasonOf(code: number): Reason {
  return CODES[-code - 1] ?? "unsupported";
}
