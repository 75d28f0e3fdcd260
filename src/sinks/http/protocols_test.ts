import assert from "node:assert/strict";
import { withDirectory } from "../../testing/temporary.ts";
import { SAMPLE_TIME } from "../sample_events.ts";
import { deliver, events, Receiver } from "./testing.ts";

const json = (value: unknown, status = 200) => Response.json(value, { status });

/** So large that each has a request of its own. */
const largeEvents = (count: number) =>
  events(count).map((event) => ({
    ...event,
    values: event.values.map((value) => value === "alice" ? "a".repeat(100_000) : value),
  }));

async function withToken(text: string, use: (file: string) => Promise<void>): Promise<void> {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, text);
  try {
    await use(file);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("Elasticsearch: only what it wants later comes again, under the same id", async () => {
  const stored = new Map<string, number>();
  await using receiver = new Receiver(({ text }, number) => {
    const lines = text.trimEnd().split("\n").map((line) => JSON.parse(line));
    const items = [];
    for (let i = 0; i < lines.length; i += 2) {
      const { _id } = lines[i].create;
      const { EventRecordID: id } = lines[i + 1];
      let status = stored.has(_id) ? 409 : 201;
      if (id === 3) status = 400;
      if (number === 1 && id === 2) status = 429;
      if (status === 201) stored.set(_id, id);
      const error = status === 400 ? { error: { type: "mapper", reason: "bad \x1b[1m" } } : {};
      items.push({ create: { status, ...error } });
    }
    return json({ errors: items.some(({ create }) => create.status !== 201), items });
  });
  const { counters, problems } = await deliver(
    `json:elastic+http://${receiver.address}/sysmon`,
    events(4),
  );
  assert.match(receiver.requests[0].path, /^\/sysmon\/_bulk\?filter_path=/);
  assert.equal(receiver.requests.length, 2);
  assert.equal(receiver.requests[1].text.trimEnd().split("\n").length, 2);
  assert.deepEqual([...stored.values()].sort(), [1, 2, 4]);
  assert.deepEqual([...stored.keys()][0], `build-7-${SAMPLE_TIME}-1`);
  assert.match(
    receiver.requests[0].text,
    /\n\{"@timestamp":"2024-11-22T15:00:00.123Z","EventID":11,/,
  );
  assert.equal(counters.written, 3);
  assert.equal(counters.drops.undeliverable, 1);
  assert.match(problems.join(), /400 mapper: bad \[1m/);
});

Deno.test("Elasticsearch: what is there already counts as delivered", async () => {
  await using receiver = new Receiver(() =>
    json({ errors: true, items: [{ create: { status: 409 } }, { create: { status: 409 } }] })
  );
  const { counters } = await deliver(`ecs:elastic+http://${receiver.address}/x`, events(2));
  assert.equal(counters.written, 2);
  assert.match(receiver.requests[0].text, /\n\{"message":/);
});

Deno.test("Elasticsearch: an answer of somebody else is no delivery", async () => {
  await using receiver = new Receiver(() => new Response("<html>It works!"));
  const { counters } = await deliver(`ecs:elastic+http://${receiver.address}/x`, events(2), 100);
  assert.equal(counters.written, 0);
  assert.match(counters.lastError!, /no answer to a bulk request: <html>It works!/);
});

Deno.test("Splunk: envelopes, the wrong event named by its number, acknowledgement", async () => {
  let polls = 0;
  const taken: number[] = [];
  await using receiver = new Receiver(({ path, text }) => {
    if (path.startsWith("/services/collector/ack")) return json({ acks: { 7: ++polls > 1 } });
    const ids = text.trimEnd().split("\n").map((line) => JSON.parse(line).event.EventRecordID);
    const wrong = ids.indexOf(2);
    if (wrong >= 0) {
      return json({ text: "Invalid data format", code: 6, "invalid-event-number": wrong }, 400);
    }
    taken.push(...ids);
    return json({ text: "Success", code: 0, ackId: 7 });
  });
  await withToken("abc-def", async (file) => {
    const sink = `json:splunk+http://${receiver.address},token-file=${file},ack=yes,index=edr`;
    const { counters } = await deliver(sink, events(4));
    assert.deepEqual(taken, [1, 3, 4]);
    assert.equal(counters.written, 3);
    assert.equal(counters.drops.undeliverable, 1);
  });
  assert.equal(polls, 2);
  const [{ path, headers, text }] = receiver.requests;
  assert.equal(path, "/services/collector/event");
  assert.equal(headers.get("authorization"), "Splunk abc-def");
  const channel = headers.get("x-splunk-request-channel")!;
  assert.match(channel, /^[0-9a-f-]{36}$/);
  assert.equal(receiver.requests.at(-1)!.path, `/services/collector/ack?channel=${channel}`);
  const { event, ...envelope } = JSON.parse(text.split("\n")[0]);
  assert.equal(event.EventID, 11);
  assert.deepEqual(envelope, {
    time: SAMPLE_TIME / 1000,
    host: "build-7",
    source: "monomi",
    sourcetype: "monomi:json",
    index: "edr",
  });
});

Deno.test("Azure: a token is asked for once, and again when it is not accepted", async () => {
  let tokens = 0;
  await using login = new Receiver(({ text }) => {
    const form = new URLSearchParams(text);
    return form.get("client_secret") === "the-secret" && form.get("client_id") === "app"
      ? json({ access_token: `token-${++tokens}`, expires_in: 3599 })
      : json({ error: "invalid_client" }, 401);
  });
  await using receiver = new Receiver(({ headers }) =>
    headers.get("authorization") === "Bearer token-2"
      ? new Response(null, { status: 204 })
      : new Response("", { status: 401 })
  );
  await withToken("the-secret", async (file) => {
    const sink =
      `ocsf:azure+http://${receiver.address}/dataCollectionRules/dcr-1/streams/Custom-M,` +
      `tenant=t,client=app,secret-file=${file},login=http://${login.address}`;
    const { counters, problems } = await deliver(sink, events(2));
    assert.equal(counters.written, 2);
    assert.doesNotMatch(problems.join(), /token-|the-secret/);
  });
  assert.equal(login.requests[0].path, "/t/oauth2/v2.0/token");
  assert.equal(tokens, 2);
  const { path, text } = receiver.requests.at(-1)!;
  assert.equal(path, "/dataCollectionRules/dcr-1/streams/Custom-M?api-version=2023-01-01");
  const records = JSON.parse(text);
  assert.equal(records.length, 2);
  assert.equal(records[0].TimeGenerated, "2024-11-22T15:00:00.123Z");
  assert.equal(records[0].class_uid, 1001);
});

Deno.test("OTLP: log records of a resource; rejected ones are counted", async () => {
  await using receiver = new Receiver(() =>
    json({ partialSuccess: { rejectedLogRecords: "1", errorMessage: "too old" } })
  );
  const { counters, problems } = await deliver(`xml:otlp+http://${receiver.address}`, events(3));
  const [{ path, text }] = receiver.requests;
  assert.equal(path, "/v1/logs");
  const [{ resource, scopeLogs: [{ logRecords }] }] = JSON.parse(text).resourceLogs;
  assert.deepEqual(resource.attributes[1], { key: "host.name", value: { stringValue: "build-7" } });
  assert.equal(logRecords.length, 3);
  assert.equal(logRecords[0].timeUnixNano, `${SAMPLE_TIME}000000`);
  assert.match(logRecords[0].body.stringValue, /^<Event>/);
  assert.equal(counters.written, 2);
  assert.equal(counters.drops.undeliverable, 1);
  assert.match(problems.join(), /too old/);
});

Deno.test("Splunk: numbers of events that there are not name none", async () => {
  for (const number of [-1, 0.5, "0", 99]) {
    await using receiver = new Receiver(({ text }) =>
      text.includes('"EventRecordID":3,')
        ? json({ code: 6, "invalid-event-number": number }, 400)
        : json({ text: "Success", code: 0 })
    );
    await withToken("abc-def", async (file) => {
      const sink = `json:splunk+http://${receiver.address},token-file=${file}`;
      const { counters } = await deliver(sink, events(4), 2_000);
      assert.equal(counters.written, 3, `${number}`);
      assert.equal(counters.drops.undeliverable, 1);
    });
  }
});

Deno.test("Splunk: an index or a channel that is wrong is no event's fault", async () => {
  await using receiver = new Receiver((_, number) =>
    number === 1 ? json({ text: "Success" }) : json({ text: "Incorrect index", code: 7 }, 400)
  );
  await withToken("abc-def", async (file) => {
    const sink = `json:splunk+http://${receiver.address},token-file=${file}`;
    const { counters } = await deliver(sink, largeEvents(3), 1_000);
    assert.equal(counters.written, 1);
    assert.equal(counters.drops.undeliverable, 0);
    assert.match(counters.lastError!, /400: .*Incorrect index/);
  });
});

Deno.test("Elasticsearch: an index that takes nothing is no event's fault", async () => {
  const errors: readonly (readonly [status: number, type: string])[] = [
    [403, "cluster_block_exception"],
    [404, "index_not_found_exception"],
    [400, "index_closed_exception"],
    [400, "validation_exception"],
  ];
  for (const [status, type] of errors) {
    await using receiver = new Receiver(({ text }, number) =>
      number === 1 ? json({ errors: false }) : json({
        errors: true,
        items: text.trimEnd().split("\n").filter((_, i) => i % 2 === 0)
          .map(() => ({ create: { status, error: { type, reason: "closed" } } })),
      })
    );
    const sink = `json:elastic+http://${receiver.address}/sysmon?pipeline=p`;
    const { counters } = await deliver(sink, largeEvents(3), 500);
    assert.match(receiver.requests[0].path, /^\/sysmon\/_bulk\?pipeline=p&filter_path=/);
    assert.equal(counters.written, 1, type);
    assert.equal(counters.drops.undeliverable, 0, type);
    assert.match(counters.lastError!, new RegExp(`${status} ${type}: closed`));
  }
});

Deno.test("OTLP: an answer that counts nothing is no rejection", async () => {
  for (const rejectedLogRecords of ["many", -3, {}]) {
    await using receiver = new Receiver(() => json({ partialSuccess: { rejectedLogRecords } }));
    const { counters } = await deliver(`json:otlp+http://${receiver.address}`, events(3), 300);
    assert.equal(counters.drops.undeliverable, 0);
    assert.equal(counters.written, 0);
    assert.match(counters.lastError!, /no answer of a collector/);
  }
});

Deno.test("what a receiver repeats of a token is told nobody", async () => {
  await using receiver = new Receiver(({ headers, text }) =>
    json({ got: headers.get("authorization"), form: text }, 401)
  );
  await withToken("hidden/1+2", async (file) => {
    const { address } = receiver;
    for (
      const sink of [
        `json:http://${address}/,token-file=${file}`,
        `json:http://${address}/,auth=basic,token-file=${file}`,
        `json:azure+http://${address}/dataCollectionRules/d/streams/s,tenant=t,client=c,` +
        `secret-file=${file},login=http://${address}`,
      ]
    ) {
      const { counters, problems } = await deliver(sink, events(1), 100);
      assert.match(counters.lastError!, /401: /);
      assert.doesNotMatch(counters.lastError! + problems.join(), /hidden|aGlkZGVu/);
    }
  });
});

Deno.test("Splunk: what is answered by somebody else, or with an error's code, is no delivery", async () => {
  for (const answer of ["<html>log in</html>", '{"text":"Server is busy","code":9}', "[]"]) {
    await using receiver = new Receiver(() => new Response(answer));
    await withToken("abc-def", async (file) => {
      const sink = `json:splunk+http://${receiver.address},token-file=${file}`;
      const { counters } = await deliver(sink, events(1), 100);
      assert.equal(counters.written, 0);
      assert.match(counters.lastError!, /no answer of a collector that took events: \S/);
    });
  }
});

Deno.test("a secret comes out of a regular file", () =>
  withDirectory(async (directory) => {
    await using receiver = new Receiver(() => json({}));
    const sink = `json:http://${receiver.address}/,token-file=${directory}`;
    const { counters } = await deliver(sink, events(1), 100);
    assert.equal(counters.written, 0);
    assert.ok(counters.lastError!.includes(`${directory} is no regular file`), counters.lastError!);
  }));
