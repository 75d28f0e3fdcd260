/** What the rules of tests/kernels/blocking.xml must deny in a guest, and what they must not. */

import { readWatched, type Step } from "./guest.ts";

/** One thing that was looked at in a guest. */
export interface Check {
  readonly name: string;
  readonly passed: boolean;
  /** What was there instead. */
  readonly found: string;
}

interface Denial {
  readonly event: 27 | 28;
  readonly path: string;
  readonly rule: string;
  readonly image?: string;
}

const HERE = "no programs here";

function program(path: string, rule = HERE, image = "/bin/busybox"): Denial {
  return { event: 27, path: `/tmp/${path}`, rule, image };
}

function paper(number: number, image = "/bin/writer"): Denial {
  return { event: 28, path: `/tmp/papers/${number}`, rule: "keep papers", image };
}

const DENIED: Readonly<Record<string, Denial>> = {
  "cp": program("protected/cp"),
  "dd": program("protected/dd"),
  "mv": program("protected/mv"),
  "ln": program("protected/ln"),
  "chmod": program("protected/to-chmod"),
  "linker": program("protected/linked", HERE, "/bin/writer"),
  "writev": program("protected/vector", HERE, "/bin/writer"),
  "sendfile": program("protected/sent", HERE, "/bin/writer"),
  "copy-range": program("protected/ranged", HERE, "/bin/writer"),
  "exchange": program("protected/to-chmod", HERE, "/bin/writer"),
  "cat-onto": program("protected/there"),
  "script": program("protected/script"),
  "map-onto": program("protected/to-map", HERE, "/bin/writer"),
  "protect-onto": program("protected/to-map", HERE, "/bin/writer"),
  "not-installer": program("installed/by-cp", "only by the installer"),
  "hidden": program(".hidden/a.bin", "no hidden programs"),
  "shred": paper(1, "/bin/busybox"),
  "dd-over": paper(2, "/bin/busybox"),
  "over": paper(3),
  "over-middle": paper(4),
  "over-32": paper(5),
  "punch": paper(6),
  "map-over": paper(7),
};

const DONE = [
  ...["by-installer", "excluded", "elsewhere", "text-file", "data-copy", "read-program", "edit"],
  ...["append", "new-paper", "sed", "remove", "shred-elsewhere", "lifted", "lifted-shred"],
];

/** Compares what a guest with BPF among its security modules did with what it must do. */
export function checkBlocking(step: Step | undefined): Check[] {
  const { outcomes, events, sensor } = attemptsOf(step);
  const denied = Object.entries(DENIED).map(([name, denial]) => {
    const outcome = outcomes.get(name) ?? "not tried";
    const event = events.find((one) =>
      one.EventID === denial.event && one.TargetFilename === denial.path &&
      one.RuleName === denial.rule && one.Image === denial.image && one.User === "root"
    );
    return check(
      name,
      outcome.startsWith("denied") && event !== undefined,
      event === undefined ? `${outcome}, no event ${denial.event} for ${denial.path}` : outcome,
    );
  });
  const done = DONE.map((name) => {
    const outcome = outcomes.get(name) ?? "not tried";
    return check(name, outcome === "done", outcome);
  });
  const quiet = check("no warning", !sensor.includes("warning"), sensor);
  return [...denied, ...done, quiet];
}

/** The same for a guest that cannot block: everything is done, and the sensor says so. */
export function checkNoBlocking(step: Step | undefined): Check[] {
  const { outcomes, events, sensor } = attemptsOf(step);
  const names = [...Object.keys(DENIED), ...DONE];
  const stopped = names.filter((name) => outcomes.get(name) !== "done");
  const warning =
    /warning: FileBlockExecutable and FileBlockShredding: nothing is blocked: "bpf" is not among/;
  return [
    check("nothing denied", stopped.length === 0, `${stopped}`),
    check("warning", warning.test(sensor), sensor),
    check(
      "event 255",
      events.some(({ EventID, ID }) => EventID === 255 && ID === "Blocking"),
      "no event",
    ),
    check("no event 27", !events.some(({ EventID }) => EventID === 27), "an event"),
  ];
}

function check(name: string, passed: boolean, found: string): Check {
  return { name: `blocking: ${name}`, passed, found };
}

/** What a script said of each of its attempts, and what the sensor wrote. */
export function attemptsOf(step: Step | undefined) {
  const { said, events, sensor } = readWatched(step);
  const outcomes = new Map<string, string>();
  for (const line of said.split("\n")) {
    const [, outcome, name] = /^(done|denied) ([^:]+)/.exec(line) ?? [];
    if (name !== undefined) outcomes.set(name, outcome === "done" ? outcome : line);
  }
  return { outcomes, events, sensor };
}
