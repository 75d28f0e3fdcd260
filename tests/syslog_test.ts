/**
 * The syslog sink against real daemons: rsyslogd with a private configuration, and sockets of both
 * kinds.
 */
import assert from "node:assert/strict";
import { parseXml } from "@rgrove/parse-xml";
import type { Event } from "../src/events/event.ts";
import { ODD_TEXT, sampleEvent } from "../src/sinks/sample_events.ts";
import { openSinks, parseSink, type SinkSet } from "../src/sinks/mod.ts";
import { builtNative } from "../src/sources/testing.ts";

const RSYSLOGD = "/usr/sbin/rsyslogd";
const { sockets } = builtNative();

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

const skip = !isFile(RSYSLOGD);
if (skip) console.error(`SKIPPED: ${RSYSLOGD} is not installed (apt-get install rsyslog)`);

async function withDirectory(test: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await test(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A running rsyslogd that writes `PRI|TAG|MESSAGE` lines to `DIRECTORY/out`. */
class Rsyslogd {
  readonly #directory: string;
  #process: Deno.ChildProcess | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    Deno.writeTextFileSync(
      `${directory}/rsyslog.conf`,
      `global(workDirectory="${directory}" maxMessageSize="256k")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="${directory}/log" ParseTrusted="off"
      RateLimit.Interval="0")
template(name="line" type="string" string="%pri%|%syslogtag%|%msg%\\n")
action(type="omfile" file="${directory}/out" template="line" asyncWriting="off")
`,
    );
  }

  async start(): Promise<void> {
    this.#process = new Deno.Command(RSYSLOGD, {
      args: ["-n", "-i", "NONE", "-f", `${this.#directory}/rsyslog.conf`],
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    await until(() => this.#hasSocket(), "rsyslogd's socket");
  }

  async stop(): Promise<void> {
    this.#process?.kill("SIGTERM");
    await this.#process?.status;
    this.#process = undefined;
  }

  signal(signal: Deno.Signal): void {
    this.#process?.kill(signal);
  }

  lines(): string[] {
    const path = `${this.#directory}/out`;
    return isFile(path) ? Deno.readTextFileSync(path).split("\n").slice(0, -1) : [];
  }

  #hasSocket(): boolean {
    try {
      return Deno.lstatSync(`${this.#directory}/log`).isSocket === true;
    } catch {
      return false;
    }
  }
}

function open(sink: string, problems: string[] = []): SinkSet {
  return openSinks([parseSink(sink)], {
    computer: "build-7",
    processId: 4000,
    userId: 0,
    sockets,
    onProblem: (message) => problems.push(message),
  });
}

function numbered(from: number, count: number): Event[] {
  return Array.from({ length: count }, (_, i) => {
    const event = sampleEvent(11);
    event.recordId = from + i;
    return event;
  });
}

const recordIdOf = (line: string) => Number(/<EventRecordID>(\d+)</.exec(line)?.[1]);

async function withRsyslogd(test: (directory: string, daemon: Rsyslogd) => Promise<void>) {
  await withDirectory(async (directory) => {
    const daemon = new Rsyslogd(directory);
    try {
      await daemon.start();
      await test(directory, daemon);
    } finally {
      daemon.signal("SIGCONT");
      await daemon.stop();
    }
  });
}

Deno.test({
  name: "rsyslogd receives Sysmon's XML with identity sysmon and priority user.info",
  ignore: skip,
  fn: () =>
    withRsyslogd(async (directory, daemon) => {
      const sinks = open(`xml:syslog:${directory}/log`);
      const odd = sampleEvent(1, { CommandLine: ODD_TEXT });
      const long = sampleEvent(1, { CommandLine: "x".repeat(100_000) });
      sinks.write([sampleEvent(3), odd, long], 3);
      await sinks.close();
      assert.equal(sinks.counters()[0].written, 3);
      await until(() => daemon.lines().length >= 3, "3 messages");

      const received = daemon.lines().map((line) => /^(\d+)\|([^|]*)\| ?(.*)$/.exec(line)!);
      assert.deepEqual(received.map(([, priority, tag]) => [priority, tag]), [
        ["14", "sysmon:"],
        ["14", "sysmon:"],
        ["14", "sysmon:"],
      ]);
      for (const [, , , message] of received) parseXml(message);
      assert.ok(received[2][3].includes("x".repeat(100_000)));
    }),
});

Deno.test({
  name: "20,000 events at full speed arrive, none lost, in order",
  ignore: skip,
  fn: () =>
    withRsyslogd(async (directory, daemon) => {
      const sinks = open(`xml:syslog:${directory}/log,ident=monomi`);
      for (let from = 0; from < 20_000; from += 1_000) {
        sinks.write(numbered(from, 1_000), 1_000);
        await sinks.ready();
      }
      await sinks.close();
      assert.equal(sinks.counters()[0].written, 20_000);
      await until(() => daemon.lines().length >= 20_000, "20,000 messages");
      assert.deepEqual(
        daemon.lines().map(recordIdOf),
        Array.from({ length: 20_000 }, (_, i) => i),
      );
      assert.ok(daemon.lines()[0].startsWith("14|monomi:|"));
    }),
});

Deno.test({
  name: "a daemon that restarts gets what waited meanwhile",
  ignore: skip,
  fn: () =>
    withRsyslogd(async (directory, daemon) => {
      const problems: string[] = [];
      const sinks = open(`xml:syslog:${directory}/log`, problems);
      sinks.write(numbered(0, 10), 10);
      await sinks.flush();
      await until(() => daemon.lines().length === 10, "10 messages");

      await daemon.stop();
      sinks.write(numbered(10, 10), 10);
      await sinks.flush();
      assert.equal(sinks.counters()[0].written, 10);
      assert.match(problems[0], /^syslog .*: cannot write: /);

      await daemon.start();
      await until(() => daemon.lines().length === 20, "20 messages");
      await sinks.close();
      assert.deepEqual(daemon.lines().map(recordIdOf), Array.from({ length: 20 }, (_, i) => i));
      assert.deepEqual(
        sinks.counters().map(({ written, dropped }) => [written, dropped]),
        [[20, 0]],
      );
    }),
});

Deno.test({
  name: "a daemon that hangs costs drops only, and gets the rest when it goes on",
  ignore: skip,
  fn: () =>
    withRsyslogd(async (directory, daemon) => {
      const sinks = openSinks([parseSink(`xml:syslog:${directory}/log`)], {
        computer: "build-7",
        processId: 4000,
        userId: 0,
        sockets,
        queueBytes: 1 << 20,
      });
      daemon.signal("SIGSTOP");
      for (let from = 0; from < 5_000; from += 500) {
        sinks.write(numbered(from, 500), 500);
        await sinks.ready();
      }
      const { dropped } = sinks.counters()[0];
      assert.ok(dropped > 0);
      daemon.signal("SIGCONT");
      await until(() => {
        const { written } = sinks.counters()[0];
        return written === 5_000 - dropped;
      }, "the rest");
      await sinks.close();
      await until(() => daemon.lines().length === 5_000 - dropped, "the rest in the log");
      const ids = daemon.lines().map(recordIdOf);
      assert.ok(ids.every((id, i) => i === 0 || id > ids[i - 1]), "in order, nothing twice");
    }),
});

Deno.test("a message too large for the socket is dropped, counted and told", () =>
  withDirectory(async (directory) => {
    const daemon = Deno.listenDatagram({ transport: "unixpacket", path: `${directory}/log` });
    const problems: string[] = [];
    const sinks = open(`json:syslog:${directory}/log`, problems);
    sinks.write([
      sampleEvent(1, { CommandLine: "x".repeat(4_000_000) }),
      sampleEvent(5),
    ], 2);
    await sinks.flush();
    const [message] = await daemon.receive();
    daemon.close();
    await sinks.close();
    assert.match(new TextDecoder().decode(message), /^<14>.* sysmon: \{"EventID":5,/);
    const [{ written, dropped }] = sinks.counters();
    assert.deepEqual([written, dropped], [1, 1]);
    assert.match(problems[0], /a message of 4000\d+ bytes is too large for the socket/);
  }));

Deno.test("a daemon with a stream socket receives messages that end with NUL", () =>
  withDirectory(async (directory) => {
    const daemon = Deno.listen({ transport: "unix", path: `${directory}/log` });
    const sinks = open(`json:syslog:${directory}/log`);
    sinks.write([sampleEvent(5), sampleEvent(11)], 2);
    const connection = await daemon.accept();
    await sinks.close();
    const text = await new Response(connection.readable).text();
    daemon.close();
    const messages = text.split("\0");
    assert.equal(messages.length, 3);
    assert.equal(messages[2], "");
    const time = String.raw`[A-Z][a-z]{2} [ 123]\d \d\d:\d\d:\d\d`;
    assert.match(messages[0], new RegExp(`^<14>${time} sysmon: \\{"EventID":5,.*\\}$`));
    assert.match(messages[1], /sysmon: \{"EventID":11,.*\}$/);
    assert.equal(sinks.counters()[0].written, 2);
  }));

Deno.test("a stream daemon that hangs gets every message whole and once when it goes on", () =>
  withDirectory(async (directory) => {
    const daemon = Deno.listen({ transport: "unix", path: `${directory}/log` });
    const sinks = open(`json:syslog:${directory}/log`);
    sinks.write(numbered(0, 5_000), 5_000);
    const connection = await daemon.accept();
    await until(() => sinks.counters()[0].errors >= 1, "an error");
    assert.match(sinks.counters()[0].lastError!, /does not read/);
    const received = new Response(connection.readable).text();
    await until(() => sinks.counters()[0].written === 5_000, "the rest");
    await sinks.close();
    daemon.close();
    const messages = (await received).split("\0").slice(0, -1);
    const ids = messages.map((line) => JSON.parse(line.slice(line.indexOf("{"))).EventRecordID);
    assert.deepEqual(ids, Array.from({ length: 5_000 }, (_, i) => i));
  }));

Deno.test("a hanging daemon whose queue others have filled is tried again and again", () =>
  withDirectory(async (directory) => {
    const address = { transport: "unixpacket", path: `${directory}/log` } as const;
    const daemon = Deno.listenDatagram(address);
    const others = Deno.listenDatagram({ transport: "unixpacket", path: "" });
    const other = new TextEncoder().encode("other");
    let pending: Promise<unknown>;
    for (;;) {
      pending = others.send(other, address).catch(() => {});
      const timeout = new Promise((resolve) => setTimeout(resolve, 200, "full"));
      if (await Promise.race([pending, timeout]) === "full") break;
    }
    const problems: string[] = [];
    const sinks = open(`json:syslog:${directory}/log`, problems);
    sinks.write([sampleEvent(5)], 1);
    await until(() => sinks.counters()[0].errors >= 1, "an error");
    for (;;) {
      const [message] = await daemon.receive();
      if (new TextDecoder().decode(message) !== "other") break;
    }
    await sinks.close();
    await pending;
    others.close();
    daemon.close();
    const [{ written, dropped }] = sinks.counters();
    assert.deepEqual([written, dropped], [1, 0]);
  }));
