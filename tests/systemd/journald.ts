/**
 * The packed program against the journald of a whole system, which systemd starts again when it is killed. By its
 * name no part of the test suite: it takes minutes; `deno task delivery` runs it.
 */
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { checkArrivals } from "../support/arrivals.ts";
import { bootDebian, debianImpossible } from "../support/debian.ts";
import { Folder, MONOMI } from "../support/environment.ts";
import { writeRecording } from "../support/recording.ts";

const EVENTS = Number(Deno.env.get("MONOMI_JOURNALD_EVENTS") ?? 200_000);
/** At shares of the events. */
const KILLED_AT = [0.3, 0.6];
const LIMIT_MS = 3_600_000;
/** The recording, the journal and what is read of it. */
const DISK = "5G";

Deno.test({
  name:
    `${EVENTS} events, journald killed twice in a Debian: none missing, twice only by record id${
      debianImpossible ? ` (skipped: ${debianImpossible})` : ""
    }`,
  ignore: debianImpossible !== undefined,
  fn: async () => {
    using folder = new Folder();
    await writeRecording(folder.at("events.json"), EVENTS);
    const kills = KILLED_AT.map((share) => `${EVENTS * share}\n`).join("");
    await Deno.writeTextFile(folder.at("kills"), kills);
    const { steps, console: said } = await bootDebian({
      script: "journald.sh",
      files: {
        "/root/monomi": MONOMI,
        "/root/events.json": folder.at("events.json"),
        "/root/kills": folder.at("kills"),
      },
      results: { "/root/journal.json": folder.at("journal.json") },
      disk: DISK,
      limitMs: LIMIT_MS,
    });
    const step = steps.get("deliver");
    assert.equal(step?.code, 0, said);
    const killed = step.stdout.match(/^journald \d+ killed/gm);
    assert.equal(killed?.length, KILLED_AT.length, step.stdout);
    assert.match(step.stdout, new RegExp(`written ${EVENTS}  dropped 0`));
    const [, seconds] = /stopped after ([\d.]+) s/.exec(step.stdout) ?? [];
    const repeated = checkArrivals(await messagesOf(folder.at("journal.json")), EVENTS);
    console.error(`    ${repeated} of ${EVENTS} came more than once; ${seconds} s`);
  },
});

/** The messages of what journalctl wrote as JSON. */
async function messagesOf(path: string): Promise<string[]> {
  const messages = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    messages.push(JSON.parse(line).MESSAGE);
  }
  return messages;
}
