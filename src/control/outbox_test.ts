import assert from "node:assert/strict";
import { Outbox } from "./outbox.ts";

/** A client that takes nothing until it is let. */
function slowClient() {
  const gate = Promise.withResolvers<void>();
  let text = "";
  const writer = {
    async write(bytes: Uint8Array) {
      await gate.promise;
      const taken = bytes.subarray(0, 1000);
      text += new TextDecoder().decode(taken);
      return taken.length;
    },
  };
  return { writer, let: gate.resolve, lines: () => text.split("\n").slice(0, -1) };
}

Deno.test("a slow client gets what the queue held, in order, and how much it missed", async () => {
  const client = slowClient();
  const outbox = new Outbox(client.writer, 1000);
  for (let i = 0; i < 500; i++) outbox.offer(`line ${String(i).padStart(4, "0")}`);
  client.let();
  await outbox.settled();
  const lines = client.lines();
  const { missed } = JSON.parse(lines.pop()!);
  assert.equal(lines.length + missed, 500);
  assert.ok(lines.length >= 90 && missed > 0, `${lines.length} lines`);
  assert.deepEqual(lines, lines.map((_, i) => `line ${String(i).padStart(4, "0")}`));
  outbox.offer("afterwards");
  await outbox.settled();
  assert.equal(client.lines().at(-1), "afterwards", "it goes on");
});

Deno.test("a client that is gone is forgotten", async () => {
  const outbox = new Outbox({ write: () => Promise.reject(new Error("broken pipe")) });
  outbox.offer("a");
  await outbox.settled();
  outbox.offer("b");
  await outbox.settled();
});
