import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const LINE = `${
  JSON.stringify({ EventID: 1, Event: "ProcessCreate", Image: "/bin/true", ProcessId: 1 })
}\n`;

/** Whoever shows a log, to a reader that leaves after the first words. */
async function watchedBriefly(log: string, input: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", MAIN, "tail", log],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  const writer = child.stdin.getWriter();
  const wasTaken = writer.write(new TextEncoder().encode(input)).then(() => writer.close())
    .then(() => true, () => false);
  const reader = child.stdout.getReader();
  assert.ok((await reader.read()).value!.length > 0);
  await reader.cancel();
  const { code } = await child.status;
  return { code, stderr: await stderr, wasTaken: await wasTaken };
}

Deno.test("a reader that has seen enough of a log is no failure", async () => {
  const log = await Deno.makeTempFile();
  try {
    const text = LINE.repeat(20_000);
    await Deno.writeTextFile(log, text);
    const { code, stderr } = await watchedBriefly(log, "");
    assert.deepEqual([code, stderr], [0, ""]);
    const ended = { code: 0, stderr: "", wasTaken: false };
    assert.deepEqual(await watchedBriefly("-", text), ended, "it went on for nobody");
  } finally {
    await Deno.remove(log);
  }
});

Deno.test({
  name: "an output that takes nothing is not taken for a log that cannot be read",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const log = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(log, LINE);
      const command = `exec "$0" run --quiet --allow-all "$1" tail "$2" > /dev/full`;
      const args = ["-c", command, Deno.execPath(), MAIN, log];
      const { code, stderr } = await new Deno.Command("sh", { args }).output();
      const said = new TextDecoder().decode(stderr);
      assert.deepEqual([code, said.startsWith("monomi: cannot write: No space left")], [3, true]);
    } finally {
      await Deno.remove(log);
    }
  },
});

Deno.test({
  name: "a pipe that is full for now is waited for, also where it does not block",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const log = await Deno.makeTempFile();
    try {
      const count = 5_000;
      await Deno.writeTextFile(log, LINE.repeat(count));
      const program = "use Fcntl; fcntl(STDOUT, F_SETFL, O_WRONLY | O_NONBLOCK); exec @ARGV";
      const command = [Deno.execPath(), "run", "--quiet", "--allow-all", MAIN, "tail", log];
      const child = new Deno.Command("perl", {
        args: ["-e", program, ...command],
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const stderr = new Response(child.stderr).text();
      let lines = 0;
      for await (const bytes of child.stdout) {
        lines += bytes.filter((byte) => byte === 10).length;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assert.deepEqual([(await child.status).code, await stderr, lines], [0, "", count]);
    } finally {
      await Deno.remove(log);
    }
  },
});
