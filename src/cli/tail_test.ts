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
  const written = writer.write(new TextEncoder().encode(input)).then(() => writer.close())
    .catch(() => {});
  const reader = child.stdout.getReader();
  assert.ok((await reader.read()).value!.length > 0);
  await reader.cancel();
  const { code } = await child.status;
  await written;
  return { code, stderr: await stderr };
}

Deno.test("a reader that has seen enough of a log is no failure", async () => {
  const log = await Deno.makeTempFile();
  try {
    const text = LINE.repeat(20_000);
    await Deno.writeTextFile(log, text);
    assert.deepEqual(await watchedBriefly(log, ""), { code: 0, stderr: "" });
    assert.deepEqual(await watchedBriefly("-", text), { code: 0, stderr: "" });
  } finally {
    await Deno.remove(log);
  }
});
