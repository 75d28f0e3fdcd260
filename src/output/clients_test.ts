import assert from "node:assert/strict";
import { clientsOf } from "./clients.ts";

Deno.test("a client that cannot be taken in does not end the others' service", async () => {
  // Descriptors that run out would do so for the whole test program.
  const answers = [new Error("Too many open files (os error 24)"), "first", "second"];
  const listener = {
    accept() {
      const answer = answers.shift() ?? new Deno.errors.BadResource("Listener has been closed");
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
  assert.deepEqual(await Array.fromAsync(clientsOf(listener)), ["first", "second"]);
});

Deno.test("a listener that is closed has no more clients", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const clients = Array.fromAsync(clientsOf(listener));
  listener.close();
  assert.deepEqual(await clients, []);
});
