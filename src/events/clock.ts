/**
 * Times and the texts that Sysmon prints for them (config-semantics T1, T4).
 */

const NANOSECONDS_PER_MILLISECOND = 1e6;
const HIGH_WORD = 2 ** 32;

/** Milliseconds of a 64-bit nanosecond count given as two 32-bit words. */
export function millisecondsOf(low: number, high: number): number {
  return (high * HIGH_WORD + low) / NANOSECONDS_PER_MILLISECOND;
}

const MILLISECONDS = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, "0"));

let cachedSecond = NaN;
let cachedText = "";

/** `YYYY-MM-DD HH:MM:SS.mmm` in UTC, milliseconds cut, as Sysmon's UtcTime (T1). */
export function utcTime(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000);
  if (second !== cachedSecond) {
    const date = new Date(second * 1000);
    if (Number.isNaN(date.getTime())) return "-";
    const iso = date.toISOString();
    cachedText = `${iso.slice(0, 10)} ${iso.slice(11, 19)}.`;
    cachedSecond = second;
  }
  return cachedText + MILLISECONDS[Math.floor(milliseconds - second * 1000)];
}
