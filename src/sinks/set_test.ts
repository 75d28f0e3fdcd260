import assert from "node:assert/strict";
import { parseXml } from "@rgrove/parse-xml";
import { builtNative } from "../sources/testing.ts";
import { withDirectory } from "../testing/temporary.ts";
import { sampleEvent } from "./sample_events.ts";
import { openSinks } from "./set.ts";
import { parseSink, SinkSyntaxError } from "./spec.ts";

const host = { computer: "build-7", processId: 4000, userId: 0 };

const linesOf = (path: string) => Deno.readTextFileSync(path).split("\n").slice(0, -1);

Deno.test("events go to every sink in its format; one that is down stops no other", () =>
  withDirectory(async (directory) => {
    const problems: string[] = [];
    const sinks = openSinks(
      [
        `json:${directory}/a`,
        `xml:syslog:${directory}/absent`,
        `xml:${directory}/b`,
        `pretty:${directory}/c`,
        `json:${directory}/d`,
      ].map(parseSink),
      {
        ...host,
        sockets: builtNative().sockets,
        onProblem: (message) => problems.push(message),
        color: true,
      },
    );
    sinks.write([sampleEvent(1), sampleEvent(3), sampleEvent(5), sampleEvent(11)], 3);
    await sinks.ready();
    await sinks.flush();
    await sinks.close();

    assert.deepEqual(linesOf(`${directory}/a`).map((line) => JSON.parse(line).EventID), [1, 3, 5]);
    assert.deepEqual(linesOf(`${directory}/d`), linesOf(`${directory}/a`));
    assert.equal(linesOf(`${directory}/b`).map((line) => parseXml(line)).length, 3);
    const pretty = linesOf(`${directory}/c`);
    assert.equal(pretty.length, 3);
    assert.doesNotMatch(pretty.join(""), /\p{Cc}/u, "no colours in a file");
    assert.deepEqual(
      sinks.counters().map(({ name, written, dropped }) => [name, written, dropped]),
      [
        [`json to file ${directory}/a`, 3, 0],
        [`xml to syslog ${directory}/absent`, 0, 3],
        [`xml to file ${directory}/b`, 3, 0],
        [`pretty to file ${directory}/c`, 3, 0],
        [`json to file ${directory}/d`, 3, 0],
      ],
    );
    assert.match(problems[0], /^syslog .*absent: cannot write: /);
  }));

Deno.test("a file that cannot be opened is an error, and leaves nothing open", () =>
  withDirectory((directory) => {
    Deno.symlinkSync("/etc/passwd", `${directory}/link`);
    assert.throws(
      () => openSinks([`json:${directory}/a`, `json:${directory}/link`].map(parseSink), host),
      /symbolic link/,
    );
    return Promise.resolve();
  }));

Deno.test("two sinks cannot share a target", () =>
  withDirectory((directory) => {
    for (const texts of [["json:-", "pretty:-"], [`json:${directory}/a`, `xml:${directory}/a`]]) {
      assert.throws(
        () => openSinks(texts.map(parseSink), host),
        (error) => error instanceof SinkSyntaxError && /^Two sinks write to /.test(error.message),
      );
    }
    return Promise.resolve();
  }));

Deno.test("many small batches and one large batch are written whole and in order", () =>
  withDirectory(async (directory) => {
    const sinks = openSinks([parseSink(`json:${directory}/a`)], host);
    const events = Array.from({ length: 20_000 }, (_, i) => {
      const event = sampleEvent(11);
      event.recordId = i;
      return event;
    });
    for (let i = 0; i < 1_000; i++) sinks.write([events[i]], 1);
    sinks.write(events.slice(1_000), 10_000);
    sinks.write(events.slice(11_000), 9_000);
    await sinks.close();
    const ids = linesOf(`${directory}/a`).map((line) => JSON.parse(line).EventRecordID);
    assert.deepEqual(ids, events.map(({ recordId }) => recordId));
  }));

Deno.test("/dev/null takes everything and stays a device", async () => {
  const sinks = openSinks([parseSink("json:/dev/null,size=4K")], host);
  const events = Array.from({ length: 100 }, () => sampleEvent(1));
  sinks.write(events, events.length);
  await sinks.close();
  assert.equal(sinks.counters()[0].written, 100);
  assert.ok(Deno.lstatSync("/dev/null").isCharDevice);
});

Deno.test("a file of a TLS connection that cannot be read is told at the start", () =>
  withDirectory(async (directory) => {
    const ca = `${directory}/ca.pem`;
    for (const target of ["https://h/", "kafkas://h/topic", "syslog+tls://h"]) {
      const specs = [parseSink(`json:${target},ca=${ca}`)];
      assert.throws(() => openSinks(specs, host), /No such file.*ca\.pem/);
      Deno.writeTextFileSync(ca, "");
      assert.throws(() => openSinks(specs, host), /ca\.pem holds no certificate/);
      Deno.writeTextFileSync(ca, "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n");
      await openSinks(specs, { ...host, flushMilliseconds: 0 }).close();
      Deno.removeSync(ca);
    }
  }));
