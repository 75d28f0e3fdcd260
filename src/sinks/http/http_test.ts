import assert from "node:assert/strict";
import { ODD_TEXT, sampleEvent } from "../sample_events.ts";
import { parseSink } from "../spec.ts";
import { deliver, events, Receiver } from "./testing.ts";

const OK = () => new Response("{}");
const idsIn = (text: string) =>
  text.trimEnd().split("\n").map((line) => JSON.parse(line).EventRecordID);

Deno.test("lines are posted as they are, compressed, in order", async () => {
  await using receiver = new Receiver(OK);
  const { counters } = await deliver(`json:http://${receiver.address}/in?x=1`, events(3));
  const [{ path, headers, text }] = receiver.requests;
  assert.equal(path, "/in?x=1");
  assert.equal(headers.get("content-type"), "application/x-ndjson");
  assert.equal(headers.get("content-encoding"), "gzip");
  assert.deepEqual(idsIn(text), [1, 2, 3]);
  assert.equal(counters.written, 3);
  assert.equal(counters.dropped, 0);
});

Deno.test("an array holds lines that are not JSON as strings", async () => {
  await using receiver = new Receiver(OK);
  const event = sampleEvent(11, { TargetFilename: ODD_TEXT });
  await deliver(`xml:http://${receiver.address}/,body=array,gzip=no`, [event, event]);
  const [{ headers, text }] = receiver.requests;
  assert.equal(headers.get("content-encoding"), null);
  const lines = JSON.parse(text);
  assert.equal(lines.length, 2);
  assert.match(lines[0], /^<Event>.*<\/Event>$/);
});

Deno.test("a receiver in trouble gets the events again until it takes them", async () => {
  await using receiver = new Receiver((_, number) =>
    number < 4 ? new Response("down \x1b[31m\nfor now", { status: 500 + number }) : OK()
  );
  const { counters, problems } = await deliver(`json:http://${receiver.address}/`, events(5));
  assert.equal(receiver.requests.length, 4);
  assert.equal(counters.written, 5);
  assert.equal(counters.errors, 3);
  assert.match(problems[0], /^http:.*: cannot write: the server answers 501: down \[31m for now$/);
});

Deno.test("who asks for time gets it", async () => {
  await using receiver = new Receiver((_, number) =>
    number === 1 ? new Response("", { status: 429, headers: { "retry-after": "1" } }) : OK()
  );
  const start = performance.now();
  await deliver(`json:http://${receiver.address}/`, events(1));
  assert.ok(performance.now() - start >= 990);
});

Deno.test("who asks for no time, or one that has passed, is not asked again without a pause", async () => {
  for (const after of ["0", "Wed, 21 Oct 2015 07:28:00 GMT"]) {
    await using receiver = new Receiver((_, number) =>
      number < 4 ? new Response("", { status: 503, headers: { "retry-after": after } }) : OK()
    );
    const start = performance.now();
    await deliver(`json:http://${receiver.address}/`, events(1));
    // Three pauses that begin at 100 ms and double, up to half less at random.
    assert.ok(performance.now() - start >= 345, after);
  }
});

Deno.test("silence and slow answers end with the time limit", async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => release = resolve);
  const slow = new ReadableStream<Uint8Array>({
    async pull(controller) {
      controller.enqueue(new Uint8Array([32]));
      await Promise.race([released, new Promise((resolve) => setTimeout(resolve, 200))]);
    },
  });
  await using receiver = new Receiver(async (_, number) => {
    if (number === 1) await released;
    return number === 2 ? new Response(slow) : OK();
  });
  const { counters } = await deliver(`json:http://${receiver.address}/,timeout=1s`, events(2));
  release();
  assert.equal(counters.written, 2);
  // On a busy machine the third answer may be late, too.
  assert.ok(counters.errors >= 2, `${counters.errors}`);
  assert.equal(counters.lastError, "no whole answer within 1 seconds");
});

Deno.test("a connection that is reset or closed half-way is made anew", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let accepted = 0;
  const served = (async () => {
    for await (const connection of listener) {
      accepted++;
      const read = await connection.read(new Uint8Array(1 << 20));
      if (read !== null && accepted === 2) {
        await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-le"));
      }
      if (accepted === 3) {
        await connection.write(new TextEncoder().encode("HTTP/1.1 204 No Content\r\n\r\n"));
      }
      connection.close();
      if (accepted === 3) return;
    }
  })();
  const { counters } = await deliver(`json:http://127.0.0.1:${listener.addr.port}/`, events(2));
  await served;
  assert.equal(accepted, 3);
  assert.equal(counters.written, 2);
});

Deno.test("a redirect is not followed, so that the token goes nowhere else", async () => {
  await using elsewhere = new Receiver(OK);
  await using receiver = new Receiver(() => Response.redirect(`http://${elsewhere.address}/`, 307));
  const token = await Deno.makeTempFile();
  await Deno.writeTextFile(token, "secret-1\n");
  const { counters, problems } = await deliver(
    `json:http://${receiver.address}/,token-file=${token}`,
    events(1),
    200,
  );
  await Deno.remove(token);
  assert.equal(receiver.requests[0].headers.get("authorization"), "Bearer secret-1");
  assert.equal(elsewhere.requests.length, 0);
  assert.match(counters.lastError!, /307: a redirect, which is not followed/);
  assert.doesNotMatch(problems.join(), /secret-1/);
});

Deno.test("a replaced token is used at the next attempt", async () => {
  const token = await Deno.makeTempFile();
  await Deno.writeTextFile(token, "old");
  await using receiver = new Receiver(async ({ headers }) => {
    if (headers.get("authorization") === "Basic " + btoa("me:new")) return OK();
    await Deno.writeTextFile(token, "me:new\n");
    return new Response("", { status: 401 });
  });
  const sink = `json:http://${receiver.address}/,auth=basic,token-file=${token}`;
  const { counters } = await deliver(sink, events(1));
  await Deno.remove(token);
  assert.equal(receiver.requests.length, 2);
  assert.equal(counters.written, 1);
});

Deno.test("a token from the environment", async () => {
  await using receiver = new Receiver(OK);
  Deno.env.set("MONOMI_TEST_TOKEN", "from-env");
  await deliver(`json:http://${receiver.address}/,token-env=MONOMI_TEST_TOKEN`, events(1));
  assert.equal(receiver.requests[0].headers.get("authorization"), "Bearer from-env");
});

Deno.test("the one event that a receiver refuses is found, counted and told; the others arrive", async () => {
  const taken: number[] = [];
  await using receiver = new Receiver(({ text }) => {
    const ids = idsIn(text);
    if (ids.includes(13)) return new Response("13 is bad", { status: 400 });
    taken.push(...ids);
    return OK();
  });
  const { counters, problems } = await deliver(`json:http://${receiver.address}/`, events(40));
  assert.deepEqual(taken, events(40).map(({ recordId }) => recordId).filter((id) => id !== 13));
  assert.equal(counters.written, 39);
  assert.equal(counters.drops.undeliverable, 1);
  assert.match(problems.join(), /refused by the receiver: 400 13 is bad/);
});

Deno.test("requests shrink to what a receiver can take", async () => {
  await using receiver = new Receiver(({ text }) =>
    text.length > 2000 ? new Response("", { status: 413 }) : OK()
  );
  const { counters } = await deliver(`json:http://${receiver.address}/`, events(50));
  assert.equal(counters.written, 50);
});

Deno.test("who refuses everything is set up wrongly: nothing is given up for it", async () => {
  await using receiver = new Receiver(() => new Response("no such table", { status: 400 }));
  const { counters } = await deliver(`json:http://${receiver.address}/`, events(500), 300);
  assert.equal(counters.drops.undeliverable, 0);
  assert.match(counters.lastError!, /400: no such table/);
  assert.ok(receiver.requests.length < 200, "and it is not asked for every event");
});

Deno.test("an answer without end is not read", async () => {
  await using receiver = new Receiver((_, number) =>
    number > 1 ? OK() : new Response(
      new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1 << 20)) }),
    )
  );
  const { counters } = await deliver(`json:http://${receiver.address}/`, events(1));
  assert.equal(counters.written, 1);
  assert.match(counters.lastError!, /too long/);
});

Deno.test("what would give a secret away, or means nothing, is refused", () => {
  const refusals: Readonly<Record<string, RegExp>> = {
    "json:https://me:pw@h/": /secrets are not allowed in a URL; use token-file/,
    "json:http://h/,token-file=/t": /a secret is sent only over https/,
    "json:https://h/,token-file=/t,token-env=T": /say the same twice/,
    "json:https://h/,token=abc": /"token" is not an option/,
    "json:https://h/,cert=/c": /cert and key go together/,
    "json:http://h/,ca=/c": /need https/,
    "json:https://h/,proxy=h:1": /proxy takes/,
    "json:http://localhost/,token-file=/t,proxy=http://p:1": /through a proxy only over https/,
    "json:azure+http://localhost/dataCollectionRules/r/streams/s,tenant=t,client=c,secret-file=/s,proxy=http://p:1":
      /through a proxy only over https/,
    "json:https://": /no URL/,
    "json:elastic+https://h:9200": /name the index/,
    "json:splunk+https://h:8088": /add token-file/,
    "json:azure+https://h/x": /dataCollectionRules/,
    "json:azure+https://h/dataCollectionRules/r/streams/s": /add tenant/,
  };
  for (const [sink, why] of Object.entries(refusals)) {
    assert.throws(() => parseSink(sink), why, sink);
  }
});

Deno.test("the part of a URL that may be a key is told nobody", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const { counters, problems } = await deliver(
    `json:http://127.0.0.1:${port}/in?code=hidden`,
    events(1),
    100,
  );
  assert.match(counters.lastError!, /refused/);
  assert.doesNotMatch(counters.lastError! + problems.join() + counters.name, /hidden/);
});

Deno.test("what is for this host itself goes through no proxy of the environment", async () => {
  await using proxy = new Receiver(OK);
  await using receiver = new Receiver(OK);
  const program = `
    const { deliver, events } = await import(${
    JSON.stringify(import.meta.resolve("./testing.ts"))
  });
    for (const host of ["127.0.0.1", "localhost"]) {
      await deliver(\`json:http://\${host}:${receiver.address.split(":")[1]}/\`, events(1), 1_000);
    }`;
  for (const name of ["http_proxy", "HTTP_PROXY", "ALL_PROXY"]) {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", "--ext=ts", program],
      env: { [name]: `http://${proxy.address}`, NO_PROXY: "elsewhere.example" },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  }
  assert.equal(proxy.requests.length, 0);
  assert.equal(receiver.requests.length, 6);
});
