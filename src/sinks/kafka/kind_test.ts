import assert from "node:assert/strict";
import { parseSink } from "../spec.ts";

Deno.test("brokers, topic, login and defaults", () => {
  const { place, isRemote } = parseSink(
    "json:kafkas://a.example,,b:9093/sysmon.events,user=me,password-file=/p,ca=/ca",
  );
  assert.equal(isRemote, true);
  assert.deepEqual(place, {
    kind: "kafka",
    brokers: ["a.example:9092", "b:9093"],
    topic: "sysmon.events",
    compression: "gzip",
    timeoutMilliseconds: 30_000,
    tls: { ca: "/ca" },
    login: { user: "me", password: { file: "/p" }, mechanism: "scram-sha-512" },
  });
});

Deno.test("a password in the clear stays on this host", () => {
  for (const broker of ["localhost", "127.0.0.1:9093", "[::1]:9092"]) {
    parseSink(`json:kafka://${broker}/t,user=me,password-file=/p,sasl=plain`);
  }
});

Deno.test("what cannot be meant is refused", () => {
  const refusals: Readonly<Record<string, RegExp>> = {
    "json:kafka://h:9092": /write kafka:\/\/HOST:PORT\/TOPIC/,
    "json:kafka://h:70000/t": /"h:70000" is not HOST:PORT/,
    "json:kafka://me:pw@h/t": /is not HOST:PORT/,
    "json:kafka://h/t,user=me": /go together/,
    "json:kafka://h/t,ca=/c": /need kafkas/,
    "json:kafka://h/t,user=me,password-file=/p,sasl=plain": /only over TLS/,
    "json:kafka://[::1],,h/t,user=me,password-file=/p,sasl=plain": /only over TLS/,
    "json:kafka://h/t,password=x": /"password" is not an option/,
  };
  for (const [sink, why] of Object.entries(refusals)) {
    assert.throws(() => parseSink(sink), why, sink);
  }
});
