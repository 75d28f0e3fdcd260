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
import { exists, Folder } from "./support/environment.ts";
import { RSYSLOGD, Rsyslogd } from "./support/rsyslogd.ts";
import { until } from "./support/waiting.ts";

const { sockets } = builtNative();

const skip = !exists(RSYSLOGD);
if (skip) console.error(`SKIPPED: ${RSYSLOGD} is not installed (apt-get install rsyslog)`);

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

async function withDirectory(test: (directory: string) => Promise<void>): Promise<void> {
  using folder = new Folder();
  await test(folder.path);
}

async function withRsyslogd(test: (directory: string, daemon: Rsyslogd) => Promise<void>) {
  using folder = new Folder();
  const socket = folder.at("log");
  await using daemon = new Rsyslogd(folder.path, {
    inputs: `module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="${socket}" ParseTrusted="off" RateLimit.Interval="0")`,
    template: "%pri%|%syslogtag%|%msg%",
    isListening: () => exists(socket),
  });
  await daemon.start();
  await test(folder.path, daemon);
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
      await until("3 messages", () => daemon.lines().length >= 3);

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
      await until("20,000 messages", () => daemon.lines().length >= 20_000);
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
      await until("10 messages", () => daemon.lines().length === 10);

      await daemon.stop();
      sinks.write(numbered(10, 10), 10);
      await sinks.flush();
      assert.equal(sinks.counters()[0].written, 10);
      assert.match(problems[0], /^syslog .*: cannot write: /);

      await daemon.start();
      await until("20 messages", () => daemon.lines().length === 20);
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
      await until("the rest", () => {
        const { written } = sinks.counters()[0];
        return written === 5_000 - dropped;
      });
      await sinks.close();
      await until("the rest in the log", () => daemon.lines().length === 5_000 - dropped);
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
    await until("an error", () => sinks.counters()[0].errors >= 1);
    assert.match(sinks.counters()[0].lastError!, /does not read/);
    const received = new Response(connection.readable).text();
    await until("the rest", () => sinks.counters()[0].written === 5_000);
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
    // unix_recvq_full(): it is full when it holds more than this.
    const most = Number(Deno.readTextFileSync("/proc/sys/net/unix/max_dgram_qlen"));
    for (let sent = 0; sent <= most; sent++) await others.send(other, address);
    const pending = others.send(other, address);
    const problems: string[] = [];
    const sinks = open(`json:syslog:${directory}/log`, problems);
    sinks.write([sampleEvent(5)], 1);
    await until("an error", () => sinks.counters()[0].errors >= 1);
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
