/**
 * GUIDs in Sysmon's layout (config-semantics T4 to T7): machine, time in seconds, eight key bytes.
 */

const HEX16 = (value: number) => (value & 0xffff).toString(16).padStart(4, "0");
const HEX32 = (value: number) => (value >>> 0).toString(16).padStart(8, "0");

/** Bytes of a little-endian 32-bit word in memory order, as hexadecimal. */
function memoryOrder(word: number): string {
  return HEX32(
    (word & 0xff) << 24 | (word & 0xff00) << 8 | word >>> 8 & 0xff00 | word >>> 24 & 0xff,
  );
}

/** `{MMMMMMMM-ssss-SSSS-kkkk-kkkkkkkkkkkk}`, lower case (T4). */
export function sysmonGuid(
  machine: number,
  seconds: number,
  keyLow: number,
  keyHigh: number,
): string {
  const key = memoryOrder(keyLow) + memoryOrder(keyHigh);
  const [low, high] = [HEX16(seconds), HEX16(seconds >>> 16)];
  return `{${HEX32(machine)}-${low}-${high}-${key.slice(0, 4)}-${key.slice(4)}}`;
}

/** What Sysmon prints where a process is unknown (T8). */
export const NO_GUID = "{00000000-0000-0000-0000-000000000000}";

/** Odd, so that different pids never fall together for the same exec id. */
const SPREAD = 0x9e3779b1;

/**
 * A process's GUID. The key is the start's low word and a word of pid and exec id: the same pid
 * started anew differs in the first, the same process executing anew in the second.
 */
export function processGuid(
  machine: number,
  startSeconds: number,
  startLow: number,
  pid: number,
  execId: number,
): string {
  return sysmonGuid(machine, startSeconds, startLow, Math.imul(pid, SPREAD) ^ execId);
}

/** First eight hexadecimal digits of a machine id (T5); 0 when it has none. */
export function machineNumber(machineId: string): number {
  const digits = /^[0-9a-fA-F]{8}/.exec(machineId);
  return digits === null ? 0 : parseInt(digits[0], 16);
}
