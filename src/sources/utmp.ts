/**
 * Logon times from the utmp file (utmp(5), glibc's 384-byte record on 64-bit systems).
 */

const RECORD_BYTES = 384;
const TYPE_AT = 0;
const LINE_AT = 8;
const LINE_BYTES = 32;
const USER_AT = 44;
const USER_BYTES = 32;
const SECONDS_AT = 340;
const USER_PROCESS = 7;

/** Logon time in seconds since 1970 by `LINE USER`, such as `pts/3 root`. */
export function parseLogons(file: Uint8Array): ReadonlyMap<string, number> {
  const logons = new Map<string, number>();
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const decoder = new TextDecoder();
  const text = (at: number, length: number) =>
    decoder.decode(file.subarray(at, at + length)).split("\0", 1)[0];
  for (let at = 0; at + RECORD_BYTES <= file.length; at += RECORD_BYTES) {
    if (view.getInt16(at + TYPE_AT, true) !== USER_PROCESS) continue;
    const key = `${text(at + LINE_AT, LINE_BYTES)} ${text(at + USER_AT, USER_BYTES)}`;
    logons.set(key, view.getUint32(at + SECONDS_AT, true));
  }
  return logons;
}
