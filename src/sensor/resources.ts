/**
 * What this process has used so far.
 */
import process from "node:process";
import type { Resources } from "./summary.ts";

const PEAK = /^VmHWM:\s+(\d+) kB$/m;
const MICROSECONDS_PER_MILLISECOND = 1000;

/** Processor time and peak resident memory of the whole process. */
export function resourcesUsed(): Resources {
  const { user, system } = process.cpuUsage();
  return {
    userMs: Math.round(user / MICROSECONDS_PER_MILLISECOND),
    systemMs: Math.round(system / MICROSECONDS_PER_MILLISECOND),
    maxRssKb: peakResident(),
  };
}

function peakResident(): number {
  try {
    return Number(PEAK.exec(Deno.readTextFileSync("/proc/self/status"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
