/**
 * Whoever hides is seen all the same, and with the truth: each case gives its event, or is a gap that
 * docs/limits.md names. A gap that closes fails here, so that the page is put right.
 */
import assert from "node:assert/strict";
import { captureTest, config, Folder } from "./support/environment.ts";
import { EventFollower, type JsonEvent } from "./support/events.ts";
import { Evasions, type Facts } from "./support/evasions.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

interface Expectation {
  readonly program: "processes" | "files" | "network" | "compat";
  readonly name: string;
  /** Whether an event tells of the case, and truly. */
  readonly sees: (event: JsonEvent, facts: Facts) => boolean;
  /** Why no event can be had, in the words of docs/limits.md. */
  readonly gap?: string;
}

const CREATED = 11;
const DELETED = [23, 26];
const EXECUTED = 1;
const CONNECTED = 3;
const PROGRAM_WRITTEN = 29;

function isBy(event: JsonEvent, facts: Facts): boolean {
  return event.ProcessId === Number(facts.get("child") ?? facts.get("pid"));
}

function created(event: JsonEvent, facts: Facts): boolean {
  return event.EventID === CREATED && isBy(event, facts) &&
    event.TargetFilename === facts.get("path");
}

function deleted(event: JsonEvent, facts: Facts): boolean {
  return DELETED.includes(event.EventID) && isBy(event, facts) &&
    event.TargetFilename === facts.get("path");
}

function programWritten(event: JsonEvent, facts: Facts): boolean {
  return event.EventID === PROGRAM_WRITTEN && isBy(event, facts) &&
    event.TargetFilename === facts.get("path");
}

function executed(event: JsonEvent, facts: Facts): boolean {
  return event.EventID === EXECUTED && isBy(event, facts) && event.Image === facts.get("image");
}

function connectedTo(event: JsonEvent, facts: Facts): boolean {
  return event.EventID === CONNECTED && isBy(event, facts) && event.Initiated === true &&
    event.DestinationPort === Number(facts.get("port"));
}

function accepted(event: JsonEvent, facts: Facts): boolean {
  return event.EventID === CONNECTED && isBy(event, facts) && event.Initiated === false &&
    event.SourcePort === Number(facts.get("from"));
}

function all(
  program: Expectation["program"],
  sees: Expectation["sees"],
  ...names: string[]
): Expectation[] {
  return names.map((name) => ({ program, name, sees }));
}

const EXPECTATIONS: readonly Expectation[] = [
  ...all(
    "processes",
    executed,
    "by-descriptor",
    "vforked",
    "from-thread",
    "renamed",
    "in-chroot",
    "in-mount-namespace",
    "in-pid-namespace",
    "on-overlay",
    "entered-namespace",
    "by-symlink",
    "by-hard-link",
    "by-proc-root",
    "by-proc-descriptor",
    "gone-at-once",
    "without-arguments",
  ),
  {
    program: "processes",
    name: "from-memory",
    sees: (event, facts) =>
      event.EventID === EXECUTED && isBy(event, facts) && String(event.Image).includes("memfd:"),
  },
  {
    program: "processes",
    name: "deleted-image",
    sees: (event, facts) =>
      event.EventID === EXECUTED && isBy(event, facts) &&
      String(event.Image).startsWith(facts.get("image")!),
  },
  {
    program: "processes",
    name: "arguments-swapped",
    sees: (event, facts) =>
      event.EventID === EXECUTED && isBy(event, facts) &&
      event.CommandLine === `/bin/sh ${facts.get("image")} ${facts.get("argument")}`,
  },
  {
    program: "processes",
    name: "double-forked",
    sees: (event, facts) =>
      executed(event, facts) && event.ParentProcessId === Number(facts.get("parent")),
  },
  {
    program: "processes",
    name: "claimed-parent",
    sees: executed,
  },
  {
    program: "processes",
    name: "by-loader",
    sees: (event, facts) =>
      event.EventID === EXECUTED && isBy(event, facts) &&
      event.CommandLine === `ld.so ${facts.get("argument")}`,
  },
  ...all(
    "files",
    created,
    "openat2",
    "unnamed-then-linked",
    "uring-create",
    "uring-rename",
    "uring-link",
    "uring-symlink",
    "uring-polled",
    "through-proc-root",
    "through-descriptor",
    "through-symlink",
    "hard-link",
    "in-chroot",
    "bind-mounted",
    "on-overlay",
    "swapped-by-rename",
    "device-node",
  ),
  ...all("files", deleted, "delete-through-descriptor", "delete-in-chroot", "uring-unlink"),
  ...all(
    "files",
    programWritten,
    "program-by-sendfile",
    "program-by-splice",
    "program-by-copy-range",
    "program-by-mapping",
  ),
  ...all(
    "network",
    connectedTo,
    "udp-connected-write",
    "udp-many-messages",
    "tcp-fast-open",
    "tcp-not-blocking",
    "tcp-from-ended-thread",
    "tcp-mapped-address",
    "uring-connect",
    "uring-send",
  ),
  ...all("network", accepted, "accepted-without-asking", "uring-accept"),
  ...all("compat", created, "create", "openat", "rename"),
  ...all("compat", deleted, "unlink"),
  ...all("compat", executed, "execute"),
  ...all("compat", connectedTo, "connect", "send"),
];

captureTest("evasions", async (t) => {
  using folder = new Folder();
  using evasions = new Evasions();
  for (const program of ["processes", "files", "network", "compat"]) {
    await evasions.program(program);
  }
  const file = folder.at("events.json");
  await using sensor = await Sensor.start(
    ["run", "--stats", "-c", config("evasion.xml"), "--sink", `json:${file}`],
  );
  const follower = new EventFollower(file);
  const runs = [];
  for (const expectation of EXPECTATIONS) {
    const { program, name } = expectation;
    runs.push({ expectation, evaded: await evasions.run(program, name) });
  }
  // What comes after everything else shows that nothing is still on its way.
  const marker = new Deno.Command("/bin/true").spawn();
  await marker.status;
  await until("the last event", () =>
    Promise.resolve(
      follower.find((event) => event.EventID === 5 && event.ProcessId === marker.pid) !== undefined,
    ));
  for (const { expectation, evaded } of runs) {
    const { program, name, sees, gap } = expectation;
    const skipped = "impossible" in evaded ? evaded.impossible : undefined;
    await t.step({
      name: skipped === undefined ? `${program}: ${name}` : `${program}: ${name} (${skipped})`,
      ignore: skipped !== undefined,
      fn: () => {
        const { facts } = evaded as { facts: Facts };
        const seen = follower.events.some((event) => sees(event, facts));
        const near = follower.events.filter((event) => isBy(event, facts));
        assert.equal(
          seen,
          gap === undefined,
          `${JSON.stringify([...facts])}, events of the process: ${JSON.stringify(near, null, 1)}`,
        );
      },
    });
  }
  await sensor.stop();
});
