import assert from "node:assert/strict";
import type { Event } from "../events/event.ts";
import { jsonRenderer } from "../sinks/mod.ts";
import { sampleEvent } from "../sinks/sample_events.ts";
import { AnswerError, ask, NotRunningError } from "./client.ts";
import { LONGEST_REQUEST, MOST_CLIENTS, type Request } from "./protocol.ts";
import { ControlServer } from "./server.ts";
import { ControlError, listenAt } from "./socket.ts";
import { TappedSinks } from "./tap.ts";
import { NOWHERE } from "./testing.ts";

/** A server in a directory of its own. */
async function serve() {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/run/control.sock`;
  const tap = new TappedSinks(NOWHERE, jsonRenderer({ computer: "host" }));
  const reloads: (string | undefined)[] = [];
  const server = await ControlServer.open(path, {
    status: () => ({ pid: 7 }),
    reload: ({ config }) => {
      reloads.push(config);
      return Promise.resolve(config === "/broken" ? "it is broken" : undefined);
    },
    follow: (root) => root === 100 ? { has: (pid) => pid === 101, end: () => {} } : undefined,
  }, tap);
  return {
    path,
    tap,
    reloads,
    server,
    write: (...events: Event[]) => tap.write(events, events.length),
    async [Symbol.asyncDispose]() {
      await server.close();
      Deno.removeSync(folder, { recursive: true });
    },
  };
}

async function first(path: string, request: Request, patience?: number): Promise<unknown> {
  for await (const line of ask(path, request, patience)) return JSON.parse(line);
}

/** What is answered to bytes that are sent as they are. */
async function answerTo(path: string, bytes: string): Promise<string> {
  const connection = await Deno.connect({ transport: "unix", path });
  connection.write(new TextEncoder().encode(bytes)).catch(() => {});
  return await new Response(connection.readable).text();
}

const named = (id: number, image: string) => sampleEvent(id, { Image: image });

Deno.test("the socket and its directory are for their owner alone", async () => {
  await using served = await serve();
  const mode = (path: string) => Deno.statSync(path).mode! & 0o777;
  assert.equal(mode(served.path), 0o600);
  assert.equal(mode(served.path.replace("/control.sock", "")), 0o700);
});

Deno.test("status and reload are answered", async () => {
  await using served = await serve();
  const { path, reloads } = served;
  assert.deepEqual(await first(path, { request: "status" }), { ok: true, status: { pid: 7 } });
  assert.deepEqual(await first(path, { request: "reload" }), { ok: true });
  await assert.rejects(
    first(path, { request: "reload", config: "/broken" }),
    new AnswerError("it is broken"),
  );
  assert.deepEqual(reloads, [undefined, "/broken"]);
});

Deno.test("a tail has the last events, then those that come, as far as they are wanted", async () => {
  await using served = await serve();
  served.write(named(1, "/bin/a"), named(1, "/bin/ssh"), named(3, "/bin/ssh"));
  const lines = ask(served.path, {
    request: "tail",
    filters: ["Image contains ssh"],
    events: ["1"],
    since: 10,
  });
  const next = async () => JSON.parse((await lines.next()).value!);
  assert.deepEqual(await next(), { ok: true });
  assert.equal((await next()).Image, "/bin/ssh");
  served.write(named(1, "/bin/b"), named(1, "/bin/sshd"));
  assert.equal((await next()).Image, "/bin/sshd");
  await lines.return();
});

Deno.test("only the end of a burst is kept", async () => {
  await using served = await serve();
  served.write(...Array.from({ length: 500 }, (_, i) => named(1, `/bin/${i}`)));
  const images = served.tap.recent(1000).map((line) => JSON.parse(line).Image);
  assert.deepEqual(images, Array.from({ length: 64 }, (_, i) => `/bin/${500 - 64 + i}`));
  assert.equal(served.tap.recent(3).length, 3);
});

Deno.test("a family has whom the sensor knows; without a process there is none", async () => {
  await using served = await serve();
  const lines = ask(served.path, { request: "tail", tree: 100 });
  await lines.next();
  served.write(
    sampleEvent(1, { ProcessId: 5, ParentProcessId: 1 }),
    sampleEvent(11, { ProcessId: 101 }),
  );
  assert.equal(JSON.parse((await lines.next()).value!).ProcessId, 101);
  await lines.return();
  await assert.rejects(
    first(served.path, { request: "tail", tree: 99 }),
    new AnswerError("there is no process 99"),
  );
});

Deno.test("nonsense is answered and costs nobody else anything", async () => {
  await using served = await serve();
  const { path } = served;
  for (
    const [text, why] of [
      ["hello\n", /no JSON object/],
      ["[]\n", /"request" must be/],
      ['{"request":"tail","filters":"x"}\n', /"filters" must be a list of texts/],
      ['{"request":"tail","since":-1}\n', /"since" must be a whole number/],
      ['{"request":"tail","filters":["Nope is 1"]}\n', /no field 'Nope'/],
      ["x".repeat(LONGEST_REQUEST + 1), /more than 65536 bytes/],
    ] as const
  ) {
    const { ok, error } = JSON.parse(await answerTo(path, text));
    assert.equal(ok, false);
    assert.match(error, why);
  }
  assert.deepEqual(await first(path, { request: "status" }), { ok: true, status: { pid: 7 } });
});

Deno.test("there is a limit to clients, and it is free again when they leave", async () => {
  await using served = await serve();
  const tails = Array.from(
    { length: MOST_CLIENTS },
    () => ask(served.path, { request: "tail" }),
  );
  await Promise.all(tails.map((tail) => tail.next()));
  await assert.rejects(first(served.path, { request: "status" }), /being served already/);
  await tails[0].return();
  for (;;) {
    const answer = await first(served.path, { request: "status" }).catch(() => undefined);
    if (answer !== undefined) break;
  }
  await served.server.close();
  await Promise.all(tails.slice(1).map(async (tail) => assert.ok((await tail.next()).done)));
});

Deno.test("one listens; a socket that a dead one left is replaced", async () => {
  await using served = await serve();
  const { path } = served;
  await assert.rejects(listenAt(path), /another sensor listens at/);
  const left = `${path}.left`;
  const dead = Deno.listen({ transport: "unix", path: `${path}.new` });
  Deno.renameSync(`${path}.new`, left);
  dead.close();
  assert.ok(Deno.lstatSync(left).isSocket);
  await assert.rejects(first(left, { request: "status" }), NotRunningError);
  (await listenAt(left)).close();
});

Deno.test("places that others could reach are refused", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${folder}/open`, { mode: 0o755 });
    await assert.rejects(listenAt(`${folder}/open/s`), /others can enter .*: chmod 700/);
    Deno.mkdirSync(`${folder}/private`, { mode: 0o700 });
    Deno.symlinkSync(`${folder}/private`, `${folder}/link`);
    await assert.rejects(listenAt(`${folder}/link/s`), /a link to one/);
    Deno.writeTextFileSync(`${folder}/private/s`, "");
    await assert.rejects(listenAt(`${folder}/private/s`), /is no socket/);
    Deno.symlinkSync("/etc/passwd", `${folder}/private/t`);
    await assert.rejects(listenAt(`${folder}/private/t`), /is no socket/);
    await assert.rejects(listenAt(`${folder}/none/none/s`), ControlError);
    await assert.rejects(listenAt(`${folder}/${"x".repeat(120)}`), /more than 107 bytes/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("who does not answer, or not as a sensor does, is told", async () => {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/other.sock`;
  const answers = [
    "hello\n",
    "null\n",
    "[]\n",
    '{"ok":false}\n',
    "x".repeat(5 << 20),
    "",
    undefined,
  ];
  const listener = Deno.listen({ transport: "unix", path });
  try {
    for (const answer of answers) {
      const asked = first(path, { request: "status" }, answer === undefined ? 50 : undefined);
      const rejected = assert.rejects(asked, (error: Error) => {
        assert.ok(error instanceof AnswerError, error.stack);
        assert.match(
          error.message,
          answer === undefined ? /not answered/ : answer === "" ? /ended/ : /does not answer as/,
        );
        return true;
      });
      using client = await listener.accept();
      const writing = answer === undefined
        ? undefined
        : client.write(new TextEncoder().encode(answer)).then(() => client.closeWrite());
      // Whoever has read enough goes.
      await Promise.all([rejected, writing?.catch(() => {})]);
    }
  } finally {
    listener.close();
    Deno.removeSync(folder, { recursive: true });
  }
});
