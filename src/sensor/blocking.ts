/** Whether what the rules want denied is denied. */

/** What became of the rules for blocking. */
export interface Blocking {
  /** Tags of the events of which something is to be denied. */
  readonly tags: readonly string[];
  /** How many conditions the kernel cannot decide. */
  readonly leftOut: number;
  /** Why nothing of it is denied; undefined when it is. */
  readonly reason: string | undefined;
}

/** What is not as the rules want it; undefined when all is. */
export function describeBlocking({ tags, leftOut, reason }: Blocking): string | undefined {
  if (reason !== undefined && tags.length > 0) {
    return `${tags.join(" and ")}: nothing is blocked: ${reason}`;
  }
  if (leftOut === 0) return undefined;
  const conditions = leftOut === 1 ? "1 condition" : `${leftOut} conditions`;
  return `left out of the rules for blocking: ${conditions} that the kernel cannot decide`;
}
