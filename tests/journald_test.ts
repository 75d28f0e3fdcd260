/** The journald sink against a real systemd-journald. */
import assert from "node:assert/strict";
import { ODD_TEXT, sampleEvent } from "../src/sinks/sample_events.ts";
import { openSinks, parseSink, type SinkSet } from "../src/sinks/mod.ts";
import { builtNative } from "../src/sources/testing.ts";
import { checkArrivals } from "./support/arrivals.ts";
import { Journald, journaldImpossible, type JournalValue } from "./support/journald.ts";
import { Loads } from "./support/loads.ts";
import { until } from "./support/waiting.ts";

const EVENTS = Number(Deno.env.get("MONOMI_JOURNALD_EVENTS") ?? 200_000);
const BATCH = 500;
/** Without a spool, what comes faster than journald reads is dropped and counted. */
const MOST_WAITING = 4_000;
/** At shares of the events. */
const KILLED_AT = [0.3, 0.6];

const reason = journaldImpossible;

const textOf = (value: JournalValue) =>
  typeof value === "string" ? value : new TextDecoder().decode(Uint8Array.from(value));

function open(journald: Journald, format: string): SinkSet {
  return openSinks([parseSink(`${format}:journald:${journald.socket}`)], {
    computer: "build-7",
    processId: 4000,
    userId: 0,
    sockets: builtNative().sockets,
  });
}

Deno.test({
  name: `journald has each event with its fields, however long${
    reason ? ` (skipped: ${reason})` : ""
  }`,
  ignore: reason !== undefined,
  fn: async () => {
    await using journald = new Journald();
    await journald.start();
    const sinks = open(journald, "pretty");
    const long = "x".repeat(1_500_000);
    sinks.write([
      sampleEvent(11, { TargetFilename: "/tmp/a\nb" }),
      sampleEvent(1, { CommandLine: ODD_TEXT }),
      sampleEvent(1, { CommandLine: long }),
    ], 3);
    await sinks.close();
    assert.equal(sinks.counters()[0].written, 3);
    const entries = await until("3 entries", async () => {
      const entries = await journald.entries();
      return entries.length === 3 && entries;
    });
    const [file, odd, large] = entries;
    assert.equal(file.PRIORITY, "6");
    assert.equal(file.SYSMON_EVENT_ID, "11");
    assert.equal(file.SYSMON_EVENT_RECORD_ID, "17");
    assert.equal(file.SYSMON_PROCESS_ID, "4711");
    assert.equal(textOf(file.SYSMON_TARGET_FILENAME), "/tmp/a\nb");
    assert.match(textOf(file.MESSAGE), /FileCreate .*a\\nb/);
    assert.equal(textOf(odd.SYSMON_COMMAND_LINE), ODD_TEXT.toWellFormed());
    assert.equal(textOf(large.SYSMON_COMMAND_LINE), long);
  },
});

Deno.test({
  name: `a journald that hangs gets everything when it goes on${
    reason ? ` (skipped: ${reason})` : ""
  }`,
  ignore: reason !== undefined,
  fn: async () => {
    await using journald = new Journald();
    await journald.start();
    const sinks = open(journald, "json");
    journald.signal("SIGSTOP");
    const events = Array.from({ length: 2_000 }, (_, i) => ({ ...sampleEvent(5), recordId: i }));
    sinks.write(events, events.length);
    await until("an error", () => sinks.counters()[0].errors > 0);
    journald.signal("SIGCONT");
    await until("the rest", () => sinks.counters()[0].written === 2_000);
    await sinks.close();
    const entries = await until("2,000 entries", async () => {
      const entries = await journald.entries();
      return entries.length === 2_000 && entries;
    });
    assert.deepEqual(
      entries.map(({ SYSMON_EVENT_RECORD_ID }) => Number(SYSMON_EVENT_RECORD_ID)),
      events.map(({ recordId }) => recordId),
    );
  },
});

Deno.test({
  name: `${EVENTS} events, journald killed twice: none missing, twice only by record id${
    reason ? ` (skipped: ${reason})` : ""
  }`,
  ignore: reason !== undefined,
  fn: async () => {
    using loads = new Loads();
    await using journald = new Journald(await loads.program("hold_socket"));
    await journald.start();
    const sinks = open(journald, "json");
    const kills = KILLED_AT.map((share) => EVENTS * share);
    for (let sent = 0; sent < EVENTS; sent += BATCH) {
      if (kills.includes(sent)) {
        journald.signal("SIGKILL");
        await journald.start();
      }
      const events = Array.from({ length: BATCH }, (_, i) => ({
        ...sampleEvent(11),
        recordId: 1 + sent + i,
      }));
      sinks.write(events, BATCH);
      await until("room", () => sinks.counters()[0].waiting < MOST_WAITING);
    }
    await until("everything delivered", () => sinks.counters()[0].waiting === 0);
    const [{ dropped, resent }] = sinks.counters();
    const last = `"EventRecordID":${EVENTS},`;
    const messages = await until("the last event in the journal", async () => {
      const messages = await journald.messages();
      return messages.some((message) => message.includes(last)) && messages;
    });
    await sinks.close();
    const repeated = checkArrivals(messages, EVENTS);
    assert.equal(dropped, 0);
    assert.ok(repeated > 0 && repeated <= resent, `${repeated} of ${resent} sent again`);
    console.error(`    ${repeated} of ${EVENTS} came more than once`);
  },
});
