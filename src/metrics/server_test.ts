import assert from "node:assert/strict";
import { MetricsError, MetricsServer, parseAddress } from "./server.ts";

/** A server at a free port of loopback. */
function serve() {
  const server = new MetricsServer({ hostname: "127.0.0.1", port: 0 }, () => "a 1\n");
  return {
    port: server.port,
    async raw(bytes: string): Promise<string> {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
      try {
        await connection.write(new TextEncoder().encode(bytes));
        return await new Response(connection.readable).text();
      } catch (error) {
        return String(error);
      }
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

Deno.test("a bare port is one of loopback", () => {
  assert.deepEqual(parseAddress("9469"), { hostname: "127.0.0.1", port: 9469 });
  assert.deepEqual(parseAddress("0.0.0.0:9469"), { hostname: "0.0.0.0", port: 9469 });
  assert.deepEqual(parseAddress("[::1]:9469"), { hostname: "::1", port: 9469 });
  assert.deepEqual(parseAddress("host:1"), { hostname: "host", port: 1 });
  for (const text of ["", "x", "65536", "::1:9469", "a b:1", "host:", "-1", "1 "]) {
    assert.equal(parseAddress(text), undefined, text);
  }
});

Deno.test("an ordinary client is answered", async () => {
  await using server = serve();
  const response = await fetch(`http://127.0.0.1:${server.port}/metrics`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assert.equal(await response.text(), "a 1\n");
});

Deno.test("nothing else is answered, and nothing costs more than a little", async () => {
  await using server = serve();
  const { raw } = server;
  assert.match(await raw("GET / HTTP/1.1\r\n\r\n"), /^HTTP\/1\.1 404 /);
  assert.match(await raw("POST /metrics HTTP/1.1\r\n\r\n"), /^HTTP\/1\.1 405 [^]*Allow: GET/);
  assert.match(await raw("nonsense\r\n\r\n"), /^HTTP\/1\.1 400 /);
  assert.match(await raw(`GET /metrics HTTP/1.1\r\nA: ${"x".repeat(8192)}`), /^HTTP\/1\.1 431 /);
  const idle = await Promise.all(
    Array.from({ length: 16 }, () => Deno.connect({ hostname: "127.0.0.1", port: server.port })),
  );
  const [one] = idle.splice(0, 1);
  for (const _ of "wait for the accepts") await new Promise((resolve) => setTimeout(resolve));
  assert.equal(await raw("GET /metrics HTTP/1.1\r\n\r\n").catch(() => ""), "", "no room");
  one.close();
  let answer = "";
  while (!answer.startsWith("HTTP/1.1 200")) {
    answer = await raw("GET /metrics HTTP/1.1\r\n\r\n");
  }
  for (const connection of idle) connection.close();
});

Deno.test("an address that is taken is told", async () => {
  await using server = serve();
  assert.throws(
    () => new MetricsServer({ hostname: "127.0.0.1", port: server.port }, () => ""),
    MetricsError,
  );
});
