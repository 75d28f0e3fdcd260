/** The journald sink against a real systemd-journald of the test's own (a namespace, no systemd). */
import assert from "node:assert/strict";
import { ODD_TEXT, sampleEvent } from "../src/sinks/sample_events.ts";
import { openSinks, parseSink, type SinkSet } from "../src/sinks/mod.ts";
import { builtNative } from "../src/sources/testing.ts";
import { exists, output } from "./support/environment.ts";
import { until } from "./support/waiting.ts";

const JOURNALD = "/lib/systemd/systemd-journald";
const reason = Deno.uid() !== 0
  ? "not root"
  : !exists(JOURNALD)
  ? `no ${JOURNALD} (apt-get install systemd)`
  : !exists("/etc/machine-id")
  ? "no /etc/machine-id (systemd-machine-id-setup)"
  : undefined;

/** A journald that keeps its entries in memory, beside the host's own. */
class Journald implements AsyncDisposable {
  readonly #namespace = `monomi-${crypto.randomUUID().slice(0, 8)}`;
  readonly #run = `/run/systemd/journal.${this.#namespace}`;
  readonly #configuration = `/etc/systemd/journald@${this.#namespace}.conf`;
  #process: Deno.ChildProcess | undefined;

  get socket(): string {
    return `${this.#run}/socket`;
  }

  async start(): Promise<void> {
    await Deno.mkdir(this.#run, { recursive: true });
    await Deno.writeTextFile(
      this.#configuration,
      "[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\nRuntimeMaxUse=200M\n",
    );
    this.#process = new Deno.Command(JOURNALD, {
      args: [this.#namespace],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await until("journald's socket", () => exists(this.socket));
  }

  signal(signal: Deno.Signal): void {
    this.#process!.kill(signal);
  }

  /** What it has: one object an entry, its fields as journald's JSON has them. */
  async entries(): Promise<Record<string, string | number[]>[]> {
    // --all: long fields, too; journald answers an empty journal with a complaint and exit code 1.
    const args = [
      `--namespace=${this.#namespace}`,
      "--output=json",
      "--all",
      "SYSLOG_IDENTIFIER=sysmon",
    ];
    const { stdout } = await new Deno.Command("journalctl", { args, stderr: "null" }).output();
    return new TextDecoder().decode(stdout).split("\n").filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process !== undefined) {
      this.signal("SIGCONT");
      this.signal("SIGKILL");
      await this.#process.status;
    }
    const machine = (await Deno.readTextFile("/etc/machine-id")).trim();
    await output(
      "rm",
      ...["-rf", this.#run, this.#configuration],
      ...["/run", "/var"].map((root) => `${root}/log/journal/${machine}.${this.#namespace}`),
    );
  }
}

const textOf = (value: string | number[]) =>
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
