/** What tests/kernels/protection.sh must find refused and told in a guest, and what must work. */

import { attemptsOf, type Check } from "./blocking.ts";
import type { Step } from "./guest.ts";

/** What the sensor says of each attempt. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  "kill": /^refused: SIGKILL to the sensor/,
  "term": /^refused: SIGTERM to the sensor/,
  "stop": /^refused: SIGSTOP to the sensor/,
  "kill-supervisor": /^refused: SIGKILL to the supervisor/,
  "trace": /^refused: attached to with ptrace: the sensor .*, by \/bin\/interfere /,
  "write": /^refused: attached to with ptrace: the sensor /,
  "memory": /^refused: attached to with ptrace: the sensor /,
  "descriptor": /^refused: attached to with ptrace: the sensor /,
  "append": /^refused: \/etc\/monomi\/config\.xml opened for writing, by \/bin\/busybox /,
  "move": /^refused: \/etc\/monomi\/config\.xml renamed or replaced/,
  "mode": /^refused: \/etc\/monomi\/config\.xml given other permissions/,
  "mode-descriptor": /^refused: \/etc\/monomi\/config\.xml given .*, by \/bin\/interfere /,
  "owner": /^refused: \/etc\/monomi\/config\.xml given other permissions/,
  "owner-descriptor": /^refused: \/etc\/monomi\/config\.xml given .*, by \/bin\/interfere /,
  "truncate": /^refused: \/etc\/monomi\/config\.xml opened for writing/,
  "remove": /^refused: \/var\/lib\/monomi\/running\.json removed/,
  "remove-all": /^refused: \/var\/lib\/monomi\/\S+ removed/,
  "make": /^refused: \/var\/lib\/monomi\/new opened for writing/,
  "link": /^refused: \/etc\/monomi\/linked renamed or replaced/,
  "pin": /^refused: \/sys\/fs\/bpf\/monomi\/\d+-\w+\/link-protect_signal-\w+ removed/,
  "program": /^refused: \/opt\/monomi\/monomi (opened for writing|removed)/,
};

const DONE = [
  ...["install", "read", "ask", "elsewhere", "alive", "reload", "status", "uninstall", "gone"],
  "kept",
];

/** For a guest with BPF among its security modules. */
export function checkProtection(step: Step | undefined): Check[] {
  const { outcomes, events, sensor, said } = attempts(step);
  const told = events.filter(({ ID }) => ID === "Tampering").map(({ Description }) => Description);
  const refused = Object.entries(REFUSED).map(([name, words]) => {
    const outcome = outcomes.get(name) ?? "not tried";
    const isTold = told.some((text) => words.test(text));
    return check(
      name,
      outcome.startsWith("denied") && isTold,
      isTold ? outcome : `${outcome}, not told: ${told.join("\n")}`,
    );
  });
  const state = /^protection +refusing; \d+ interferences seen, (\d+) refused$/m.exec(said);
  return [
    ...refused,
    ...DONE.map((name) => {
      const outcome = outcomes.get(name) ?? "not tried";
      return check(name, outcome === "done", outcome + sensor);
    }),
    check("counted", Number(state?.[1]) >= Object.keys(REFUSED).length, said),
    check("no warning", !sensor.includes("warning"), sensor),
  ];
}

/** For a guest that cannot refuse: the sensor says so, and sees. */
export function checkNoProtection(step: Step | undefined): Check[] {
  const { outcomes, events, sensor, said } = attempts(step);
  const warning = /warning: what is done to the sensor is not refused: "bpf" is not among/;
  return [
    check("warning", warning.test(sensor), sensor),
    check(
      "in the status",
      /^protection +seeing; what is done to the sensor is not refused/m.test(said),
      said,
    ),
    ...DONE.map((name) => check(name, outcomes.get(name) === "done", `${outcomes.get(name)}`)),
    check("nothing refused", outcomes.get("append") === "done", `${outcomes.get("append")}`),
    check(
      "seen",
      events.some(({ Description }) =>
        /^\/etc\/monomi\/config\.xml opened for writing/.test(`${Description}`)
      ),
      JSON.stringify(events),
    ),
  ];
}

interface Report {
  readonly ID?: string;
  readonly Description: string;
}

function attempts(step: Step | undefined) {
  const { outcomes, events, sensor } = attemptsOf(step);
  return {
    outcomes,
    events: events as unknown as readonly Report[],
    sensor,
    said: step?.stdout ?? "",
  };
}

function check(name: string, passed: boolean, found: string): Check {
  return { name: `protection: ${name}`, passed, found };
}
