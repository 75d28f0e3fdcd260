import assert from "node:assert/strict";
import { SystemCallError, UnixDatagram } from "./unix_datagram.ts";

const skip = Deno.build.os !== "linux";

async function withDirectory(test: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await test(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const has = (code: string) => (error: unknown) =>
  error instanceof SystemCallError && error.code === code && error.message.includes(code);

Deno.test({
  name: "datagrams arrive as sent, and a full queue is told from an error",
  ignore: skip,
  fn: () =>
    withDirectory(async (directory) => {
      const path = `${directory}/socket`;
      const receiver = Deno.listenDatagram({ transport: "unixpacket", path });
      const socket = new UnixDatagram(path);
      const hello = new TextEncoder().encode("hello");
      let sent = 0;
      while (socket.trySend(hello)) sent++;
      assert.ok(sent > 0);
      assert.equal(await socket.waitForRoom(1), false);
      const [received] = await receiver.receive();
      assert.deepEqual(received, hello);
      assert.equal(await socket.waitForRoom(10_000), true);
      assert.equal(socket.trySend(hello), true);

      for (let i = 0; i < sent; i++) await receiver.receive();
      assert.throws(() => socket.trySend(new Uint8Array(8_000_000)), has("EMSGSIZE"));
      receiver.close();
      assert.throws(() => socket.trySend(hello), has("ECONNREFUSED"));
      socket.close();
    }),
});

Deno.test({
  name: "a path with no socket, nobody behind it, or a stream socket is an error with its code",
  ignore: skip,
  fn: () =>
    withDirectory((directory) => {
      assert.throws(() => new UnixDatagram(`${directory}/absent`), has("ENOENT"));
      const path = `${directory}/stream`;
      const stream = Deno.listen({ transport: "unix", path });
      assert.throws(() => new UnixDatagram(path), has("EPROTOTYPE"));
      stream.close();
      return Promise.resolve();
    }),
});
