/** Evasions of tests/evasion in a guest: each is seen, by one source alone. */

import type { Check } from "./blocking.ts";
import { readWatched, type Step } from "./guest.ts";

const CREATED = [11];
const DELETED = [23, 26];

/** Cases by program, and the events that tell of them. */
const CASES: readonly (readonly [program: string, name: string, events: readonly number[]])[] = [
  ...[
    ...["openat2", "unnamed-then-linked", "uring-create", "uring-rename", "uring-link"],
    ...["uring-symlink", "uring-polled", "through-proc-root", "through-descriptor", "hard-link"],
    ...["through-symlink", "in-chroot", "bind-mounted", "swapped-by-rename", "device-node"],
  ].map((name) => ["files", name, CREATED] as const),
  ...["delete-through-descriptor", "delete-in-chroot", "uring-unlink"].map((name) =>
    ["files", name, DELETED] as const
  ),
  ...["create", "openat", "rename"].map((name) => ["compat", name, CREATED] as const),
  ["compat", "unlink", DELETED],
];

/** Programs of tests/evasion that run in a guest. */
export const EVASION_PROGRAMS = ["files", "compat"];

/** The words that tests/kernels/seen.sh takes. */
export const EVASION_WORDS = CASES.map(([program, name]) => `${program} ${name}`).join(" ");

/** A program's exit code for what a machine cannot do. */
const CANNOT = 77;

interface JsonEvent {
  readonly EventID: number;
  readonly ProcessId: number;
  readonly TargetFilename: string;
}

/** Whether each case was seen once; `inside`: also what calls do not tell on this file system. */
export function checkEvasions(step: Step | undefined, inside: boolean): Check[] {
  const watched = readWatched(step);
  const events = watched.events as unknown as readonly JsonEvent[];
  const said = new Map(
    watched.said.split("=== case ").slice(1).map((text) => {
      const [title, ...facts] = text.split("\n");
      return [title, new Map(facts.map((line) => splitOnce(line)))];
    }),
  );
  const victim = inside ? [["busybox", "victim", DELETED] as const] : [];
  return [...CASES, ...victim].map(([program, name, ids]) => {
    const facts = said.get(`${program} ${name}`);
    const code = Number(facts?.get("code") ?? -1);
    const pid = Number(facts?.get("child") ?? facts?.get("pid"));
    const path = facts?.get("path");
    const found = events.filter((event) =>
      ids.includes(event.EventID) && event.ProcessId === pid && event.TargetFilename === path
    );
    const near = events.filter((event) => event.ProcessId === pid);
    return {
      name: `evasion: ${program} ${name}${code === CANNOT ? " (not possible here)" : ""}`,
      passed: code === CANNOT || (code === 0 && found.length === 1),
      found: `${found.length} events for ${path} of ${pid}, code ${code}; of the process: ` +
        `${JSON.stringify(near)} ${facts === undefined ? watched.sensor : ""}`,
    };
  });
}

function splitOnce(line: string): [string, string] {
  const blank = line.indexOf(" ");
  return [line.slice(0, blank), line.slice(blank + 1)];
}
