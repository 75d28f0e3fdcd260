/** Disks that take nothing. */

const CODES: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "EROFS"]);

/** Whether a system error says that the disk is full, or has become read-only. */
export function isNoRoom(error: unknown): boolean {
  return error instanceof Error && "code" in error && CODES.has(error.code);
}
