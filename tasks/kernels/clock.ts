/** A guest's clock that is set back by an hour: what the sensor makes of it. */

import type { Check } from "./blocking.ts";
import type { Step } from "./guest.ts";

/** Of each word, see the script. */
const PROGRAMS = 20;
/** A sleep behind the change, and a guest that is slow. */
const SLACK_SECONDS = 300;

interface ProcessEvent {
  readonly EventID: number;
  readonly EventRecordID: number;
  readonly UtcTime: string;
  readonly ProcessGuid: string;
  readonly CommandLine?: string;
}

/** `tests/kernels/clock.sh` in a guest. */
export function checkClock(step: Step | undefined, console: string): Check[] {
  const [said = "", lines = "", received = "", sensor = ""] = (step?.stdout ?? "")
    .split(/^=== .*\n/m);
  const events: ProcessEvent[] = lines.split("\n").filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
  const number = (word: string) => Number(new RegExp(`^${word} (\\d+)$`, "m").exec(said)?.[1]);
  const [before, after] = [number("before"), number("after")];
  const starts = (start: string) =>
    events.filter(({ EventID, CommandLine }) => EventID === 1 && CommandLine?.startsWith(start));
  const ends = new Map(
    events.filter(({ EventID }) => EventID === 5).map((event) => [event.ProcessGuid, event]),
  );
  const [early, late] = [starts("/bin/true before"), starts("/bin/true after")];
  const long = starts("sleep 1000").at(0);
  const end = long && ends.get(long.ProcessGuid);
  const isIn = (first: number, last: number) => ({ UtcTime }: ProcessEvent) => {
    const seconds = Date.parse(`${UtcTime.replace(" ", "T")}Z`) / 1000;
    return seconds >= first && seconds <= last;
  };
  const ids = events.map(({ EventRecordID }) => EventRecordID);
  const summary = sensor.split("\n").find((line) => line.startsWith('{"summary":'));
  const cases = {
    "the guest's clock went back by an hour": before - after >= 3590 && before - after <= 3600,
    "no event is lost": [early, late].every((some) => some.length === PROGRAMS) &&
      [...early, ...late].every(({ ProcessGuid }) => ends.has(ProcessGuid)),
    "UtcTime is the wall clock's": early.every(isIn(before - SLACK_SECONDS, before + 1)) &&
      late.every(isIn(after, after + SLACK_SECONDS)),
    "a process that runs on keeps its GUID": end !== undefined &&
      isIn(after, after + SLACK_SECONDS)(end),
    "record ids grow": ids.every((id, i) => i === 0 || id > ids[i - 1]),
    "a file grows old all the same": number("rotated") > 0,
    "a receiver that comes back gets everything": Number(received) >= PROGRAMS,
    "no duration is negative": summary !== undefined && JSON.parse(summary).summary.seconds > 0,
    "it ends well": number("code") === 0,
  };
  const found = step === undefined ? console : step.stdout + step.stderr;
  return Object.entries(cases).map(([name, passed]) => ({ name: `clock: ${name}`, passed, found }));
}
