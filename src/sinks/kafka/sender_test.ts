import assert from "node:assert/strict";
import { deliver, events } from "../http/testing.ts";

const TLS_HANDSHAKE = 22;

Deno.test("a broker that has only an address is reached by TLS, too", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const firstByte = (async () => {
    using connection = await listener.accept();
    const bytes = new Uint8Array(1024);
    await connection.read(bytes);
    return bytes[0];
  })();
  const { port } = listener.addr;
  const { counters } = await deliver(
    `json:kafkas://127.0.0.1:${port}/t,timeout=2s`,
    events(1),
    1_000,
  );
  assert.equal(counters.written, 0);
  assert.doesNotMatch(counters.lastError ?? "", /must not be an IP address/);
  assert.equal(await firstByte, TLS_HANDSHAKE);
});
