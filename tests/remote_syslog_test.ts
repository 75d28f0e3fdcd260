/**
 * Remote syslog against a real rsyslogd: UDP, TCP, TLS; killed and started again under load.
 */
import assert from "node:assert/strict";
import { parseXml } from "@rgrove/parse-xml";
import type { Event } from "../src/events/event.ts";
import { ODD_TEXT, sampleEvent } from "../src/sinks/sample_events.ts";
import { openSinks, parseSink, type SinkSet } from "../src/sinks/mod.ts";
import { type Certificates, makeCertificates } from "./support/certificates.ts";
import { exists, Folder } from "./support/environment.ts";
import {
  freePort,
  isTcpPortOpen,
  isUdpPortTaken,
  RSYSLOGD,
  Rsyslogd,
  wholeEventIn,
} from "./support/rsyslogd.ts";
import { until } from "./support/waiting.ts";

const GTLS = "/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_gtls.so";
const SERVER_NAME = "logs.example";
const EVENTS = 200_000;
const BATCH = 500;
const KILLED_AT = [60_000, 130_000];
const STARTED_AT = [80_000, 150_000];
const LAST_EVENT = `"EventRecordID":${EVENTS - 1},`;

const missing = [RSYSLOGD, GTLS].filter((path) => !exists(path));
const ignore = missing.length > 0;
if (ignore) {
  console.error(`SKIPPED: no ${missing.join(", ")} (apt-get install rsyslog rsyslog-gnutls)`);
}

function open(sink: string, stateDirectory?: string, problems: string[] = []): SinkSet {
  return openSinks([parseSink(sink)], {
    computer: "build-7",
    processId: 4000,
    userId: 0,
    stateDirectory,
    onProblem: (message) => problems.push(message),
  });
}

function numbered(from: number, count: number): Event[] {
  return Array.from({ length: count }, (_, i) => ({ ...sampleEvent(11), recordId: from + i }));
}

function tcpInput(port: number): string {
  return `module(load="imtcp")\ninput(type="imtcp" address="127.0.0.1" port="${port}")`;
}

function tlsInput(port: number, { ca, server }: Certificates): string {
  return `global(defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="${ca}"
  defaultNetstreamDriverCertFile="${server.cert}" defaultNetstreamDriverKeyFile="${server.key}")
module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1"
  streamDriver.authMode="x509/certvalid")
input(type="imtcp" address="127.0.0.1" port="${port}")`;
}

/** `11-22T15:00` */
function localMinute(milliseconds: number): string {
  const offset = new Date(milliseconds).getTimezoneOffset() * 60_000;
  return new Date(milliseconds - offset).toISOString().slice(5, 16);
}

/** The last 64 KiB of a file. */
function endOf(path: string): string {
  using file = Deno.openSync(path);
  const { size } = file.statSync();
  file.seekSync(Math.max(size - 65_536, 0), Deno.SeekMode.Start);
  const bytes = new Uint8Array(65_536);
  return new TextDecoder().decode(bytes.subarray(0, file.readSync(bytes) ?? 0));
}

/**
 * The events in a daemon's file by record id.
 *
 * @throws when two have the same record id and are not the same.
 */
function eventsById(path: string): Map<number, string> {
  const events = new Map<number, string>();
  for (const line of Deno.readTextFileSync(path).split("\n")) {
    const text = wholeEventIn(line);
    if (text === undefined) continue;
    const { EventRecordID: id } = JSON.parse(text);
    assert.equal(events.get(id) ?? text, text, `two events with record id ${id}`);
    events.set(id, text);
  }
  return events;
}

for (const isEncrypted of [false, true]) {
  const scheme = isEncrypted ? "tls" : "tcp";
  Deno.test({
    name:
      `${scheme}: 200,000 events, the daemon killed twice: none missing, twice only by record id`,
    ignore,
    fn: async () => {
      using folder = new Folder();
      const certificates = await makeCertificates(folder.path, SERVER_NAME);
      const port = freePort();
      await using daemon = new Rsyslogd(folder.path, {
        inputs: isEncrypted ? tlsInput(port, certificates) : tcpInput(port),
        isListening: () => isTcpPortOpen(port),
      });
      await daemon.start();
      const { ca, client } = certificates;
      const options = isEncrypted
        ? `,ca=${ca},cert=${client.cert},key=${client.key},name=${SERVER_NAME}`
        : "";
      const sinks = open(
        `json:syslog+${scheme}://127.0.0.1:${port}${options}`,
        folder.at("state"),
      );
      for (let from = 0; from < EVENTS; from += BATCH) {
        sinks.write(numbered(from, BATCH), BATCH);
        await sinks.ready();
        if (from % 5_000 === 0) await new Promise((resolve) => setTimeout(resolve));
        if (KILLED_AT.includes(from)) await daemon.stop("SIGKILL");
        if (STARTED_AT.includes(from)) await daemon.start();
      }
      await until("everything delivered", () => {
        const [{ spooled, waiting }] = sinks.counters();
        return spooled === 0 && waiting === 0;
      });
      const [counters] = sinks.counters();
      await until("the last event in the log", () => endOf(daemon.out).includes(LAST_EVENT));
      await sinks.close();
      await daemon.stop("SIGTERM");
      assert.equal(eventsById(daemon.out).size, EVENTS, "none is missing");
      assert.deepEqual([counters.written, counters.dropped], [EVENTS, 0]);
      assert.ok(counters.resent > 0, "what the daemon had taken came again");
    },
  });
}

Deno.test({
  name: "udp: events arrive with both headers, and what no datagram holds is counted, not cut",
  ignore,
  fn: async () => {
    using folder = new Folder();
    const port = freePort();
    await using daemon = new Rsyslogd(folder.path, {
      inputs: `module(load="imudp")
input(type="imudp" address="127.0.0.1" port="${port}" rcvbufSize="8m")`,
      template: "%pri%|%protocol-version%|%timereported:::date-rfc3339%|%hostname%|" +
        "%app-name%|%procid%|%msg%",
      isListening: () => isUdpPortTaken(port),
    });
    await daemon.start();
    const problems: string[] = [];
    for (const rfc of ["5424", "3164"]) {
      const sinks = open(`xml:syslog+udp://localhost:${port},rfc=${rfc}`, undefined, problems);
      const long = sampleEvent(1, { CommandLine: "x".repeat(60_000) });
      const tooLong = sampleEvent(1, { CommandLine: "x".repeat(66_000) });
      const odd = sampleEvent(1, { CommandLine: ODD_TEXT });
      sinks.write([sampleEvent(5), long, tooLong, odd], 4);
      await sinks.close();
      const [{ written, drops }] = sinks.counters();
      assert.deepEqual([written, drops.undeliverable], [3, 1]);
    }
    assert.match(problems[0], /a message of 67\d+ bytes is too large for a datagram/);
    await until("6 messages", () => daemon.lines().length === 6);
    const received = daemon.lines().map((line) => line.split("|"));
    const time = Math.floor(sampleEvent(5).time);
    for (const [i, [priority, version, at, host, name, pid, ...rest]] of received.entries()) {
      assert.deepEqual([priority, host, name], ["14", "build-7", "sysmon"]);
      assert.equal(version, i < 3 ? "1" : "0");
      assert.equal(pid, i < 3 ? "4000" : "-");
      // The old header has no year and no fractions.
      if (i < 3) assert.equal(Date.parse(at), time);
      else assert.equal(at.slice(5, 16), localMinute(time));
      parseXml(rest.join("|").trim());
    }
    assert.ok(received[1].join("").includes("x".repeat(60_000)));
  },
});

Deno.test({
  name:
    "tcp: both framings and headers; a daemon that hangs costs nothing and delays no other sink",
  ignore,
  fn: async () => {
    using folder = new Folder();
    const port = freePort();
    await using daemon = new Rsyslogd(folder.path, {
      inputs: tcpInput(port),
      isListening: () => isTcpPortOpen(port),
    });
    await daemon.start();
    for (const [rfc, framing] of [["5424", "octets"], ["5424", "newline"], ["3164", "newline"]]) {
      const sinks = open(`xml:syslog+tcp://127.0.0.1:${port},rfc=${rfc},framing=${framing}`);
      const long = sampleEvent(1, { CommandLine: "x".repeat(100_000) });
      sinks.write([sampleEvent(5), long, sampleEvent(1, { CommandLine: ODD_TEXT })], 3);
      await sinks.close();
      assert.equal(sinks.counters()[0].written, 3);
    }
    await until("9 messages", () => daemon.lines().length === 9);
    for (const line of daemon.lines()) parseXml(line.trim());

    daemon.signal("SIGSTOP");
    const specs = [`json:syslog+tcp://127.0.0.1:${port}`, `json:${folder.at("file")}`];
    const sinks = openSinks(specs.map(parseSink), {
      computer: "build-7",
      processId: 4000,
      userId: 0,
      stateDirectory: folder.at("state"),
    });
    const slowest = { milliseconds: 0 };
    for (let from = 0; from < 50_000; from += BATCH) {
      const began = performance.now();
      sinks.write(numbered(from, BATCH), BATCH);
      await sinks.ready();
      slowest.milliseconds = Math.max(slowest.milliseconds, performance.now() - began);
    }
    await until("the file to have everything", () => sinks.counters()[1].written === 50_000);
    const [hanging] = sinks.counters();
    assert.equal(hanging.dropped, 0);
    assert.ok(hanging.spooled > 10_000, `${hanging.spooled} wait on disk`);
    assert.ok(slowest.milliseconds < 10_000, `a batch took ${slowest.milliseconds} ms`);
    daemon.signal("SIGCONT");
    await until("the rest", () => sinks.counters()[0].written === 50_000);
    await sinks.close();
    await until("all in the log", () => endOf(daemon.out).includes(`"EventRecordID":49999,`));
  },
});

Deno.test({
  name: "tls: a certificate for another name, from elsewhere, or none of ours is refused and told",
  ignore,
  fn: async () => {
    using folder = new Folder();
    using elsewhere = new Folder();
    const certificates = await makeCertificates(folder.path, SERVER_NAME);
    const foreign = await makeCertificates(elsewhere.path, SERVER_NAME);
    const port = freePort();
    await using daemon = new Rsyslogd(folder.path, {
      inputs: tlsInput(port, certificates),
      isListening: () => isTcpPortOpen(port),
    });
    await daemon.start();
    const target = `json:syslog+tls://127.0.0.1:${port}`;
    const { ca, client: { cert, key } } = certificates;
    const ours = `,cert=${cert},key=${key}`;
    for (
      const [options, words] of [
        [`,ca=${ca},name=other.example${ours}`, /does not match|altnames/],
        [`,ca=${foreign.ca},name=${SERVER_NAME}${ours}`, /certificate/i],
        [`,name=${SERVER_NAME}${ours}`, /certificate/i],
      ] as const
    ) {
      const problems: string[] = [];
      const sinks = open(target + options, undefined, problems);
      sinks.write([sampleEvent(5)], 1);
      await sinks.close();
      assert.equal(sinks.counters()[0].written, 0);
      assert.match(problems[0], words);
    }
    assert.equal(daemon.lines().length, 0);
    assert.throws(() => open(`${target},ca=${folder.at("absent")}`), Deno.errors.NotFound);
  },
});

Deno.test("tls: a server named by its address has a certificate for that address", async () => {
  using folder = new Folder();
  const { ca, server } = await makeCertificates(folder.path, "127.0.0.1");
  using listener = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    cert: Deno.readTextFileSync(server.cert),
    key: Deno.readTextFileSync(server.key),
  });
  const received = (async () => {
    using connection = await listener.accept();
    return await new Response(connection.readable).text();
  })();
  const sinks = open(`json:syslog+tls://127.0.0.1:${listener.addr.port},ca=${ca}`);
  sinks.write([sampleEvent(5)], 1);
  await sinks.close();
  assert.equal(sinks.counters()[0].written, 1, sinks.counters()[0].lastError!);
  assert.match(await received, /"EventID":5,/);

  using other = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    cert: Deno.readTextFileSync(server.cert),
    key: Deno.readTextFileSync(server.key),
  });
  const refused = other.accept().then((connection) => connection.close());
  const wrong = open(`json:syslog+tls://127.0.0.1:${other.addr.port},ca=${ca},name=127.0.0.2`);
  wrong.write([sampleEvent(5)], 1);
  await wrong.close();
  await refused;
  assert.equal(wrong.counters()[0].written, 0);
  assert.match(wrong.counters()[0].lastError!, /altnames/);
});
