import assert from "node:assert/strict";
import { builtNative } from "../sources/testing.ts";
import { withDirectory } from "../testing/temporary.ts";
import { LocalSocket, SystemCallError } from "./local_socket.ts";

const ignore = Deno.build.os !== "linux";

const has = (code: string) => (error: unknown) =>
  error instanceof SystemCallError && error.code === code && error.message.includes(code);

const hello = new TextEncoder().encode("hello");

Deno.test(
  "datagrams arrive as sent, and a full queue is told from an error",
  { ignore },
  () =>
    withDirectory(async (directory) => {
      const path = `${directory}/socket`;
      const receiver = Deno.listenDatagram({ transport: "unixpacket", path });
      const socket = new LocalSocket(builtNative().sockets, path, "datagram");
      let sent = 0;
      while (socket.trySend(hello) === hello.length) sent++;
      assert.ok(sent > 0);
      assert.equal(await socket.waitForRoom(1), false);
      const [received] = await receiver.receive();
      assert.deepEqual(received, hello);
      assert.equal(await socket.waitForRoom(10_000), true);
      assert.equal(socket.trySend(hello), hello.length);

      for (let i = 0; i < sent; i++) await receiver.receive();
      assert.throws(() => socket.trySend(new Uint8Array(8_000_000)), has("EMSGSIZE"));
      receiver.close();
      assert.throws(() => socket.trySend(hello), has("ECONNREFUSED"));
      socket.close();
    }),
);

Deno.test("a stream takes what fits", { ignore }, () =>
  withDirectory(async (directory) => {
    const path = `${directory}/socket`;
    const listener = Deno.listen({ transport: "unix", path });
    const socket = new LocalSocket(builtNative().sockets, path, "stream");
    const receiver = await listener.accept();
    const large = new Uint8Array(8_000_000).map((_, i) => i);
    let taken = 0;
    for (;;) {
      const more = socket.trySend(large.subarray(taken));
      if (more === 0) break;
      taken += more;
    }
    assert.ok(taken > 0 && taken < large.length);
    const received = new Uint8Array(taken);
    for (let at = 0; at < taken;) at += (await receiver.read(received.subarray(at)))!;
    assert.deepEqual(received, large.subarray(0, taken));
    assert.equal(await socket.waitForRoom(10_000), true);
    receiver.close();
    assert.throws(() => socket.trySend(hello), has("EPIPE"));
    socket.close();
    listener.close();
  }));

Deno.test(
  "a path that leads to no such socket is an error with its code",
  { ignore },
  () =>
    withDirectory((directory) => {
      const { sockets } = builtNative();
      const open = (path: string) => new LocalSocket(sockets, path, "datagram");
      assert.throws(() => open(`${directory}/absent`), has("ENOENT"));
      assert.throws(() => open(`/${"x".repeat(200)}`), has("ENAMETOOLONG"));
      assert.throws(() => open("/dev/log\0x"), has("EINVAL"));
      const path = `${directory}/stream`;
      const stream = Deno.listen({ transport: "unix", path });
      assert.throws(() => open(path), has("EPROTOTYPE"));
      stream.close();
    }),
);

Deno.test("a socket that was closed is refused", { ignore }, () =>
  withDirectory((directory) => {
    const path = `${directory}/socket`;
    const receiver = Deno.listenDatagram({ transport: "unixpacket", path });
    const socket = new LocalSocket(builtNative().sockets, path, "datagram");
    socket.close();
    assert.throws(() => socket.trySend(hello), has("EBADF"));
    receiver.close();
  }));
