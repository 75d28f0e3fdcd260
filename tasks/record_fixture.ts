/**
 * Records fixtures/records/shell.mrec anew, after a change of the record layout, and writes what its
 * replay gives to shell.json: read the difference before you believe it. Needs root and what
 * `deno task build` makes.
 *
 * A shell that runs before the capture begins is told a handful of commands. Only records of this
 * shell and its children are kept, and the host's names are replaced by neutral ones.
 */

import { ForkLayout, HeaderLayout, Kind } from "../src/events/record_layout.ts";
import { BATCH_BYTES } from "../src/sensor/sensor.ts";
import { openRecordFile, recordHead } from "../src/sources/record_file.ts";
import { ROOT } from "./shared/paths.ts";
import { asProgram, run, spawn, TaskError } from "./shared/task.ts";

const FOLDER = `${ROOT}/fixtures/records`;
const RECORDS = `${FOLDER}/shell.mrec`;
const EVENTS = `${FOLDER}/shell.json`;
const FACTS = {
  computer: "build-7.example",
  machineId: "0123456789abcdef0123456789abcdef",
  kernel: "6.18.0",
  users: { "0": "root" },
};

/** What the shell does in an empty directory; `$1` and `$2` are ports that are listened on. */
const COMMANDS = String.raw`
/bin/echo 'hello, world' 'quoted "text" <&>' $'tab\tand\nline'
/bin/true grüße 終
/usr/bin/touch first second.keep
/bin/ln -s first link
/usr/bin/touch --date '2001-02-03 04:05:06 UTC' first
/usr/bin/mkfifo pipe
/bin/cat /proc/$$/environ > environ
echo '#!/bin/sh' > script
/bin/mv first moved
/bin/rm moved second.keep link
(exit 3)
/bin/sh -c 'exec /bin/true replaced'
exec 3<>/dev/tcp/127.0.0.1/$1 3>&-
exec 3<>/dev/tcp/::1/$2 3>&-
echo datagram > /dev/udp/127.0.0.1/9
exit
`;

async function recordFixture(): Promise<void> {
  const folder = await Deno.makeTempDir();
  const raw = `${folder}.mrec`;
  using v4 = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using v6 = Deno.listen({ hostname: "::1", port: 0 });
  const ports = [v4, v6].map(({ addr }) => String((addr as Deno.NetAddr).port));
  const shell = spawn("/bin/bash", ["--noprofile", "--norc", "-s", "--", ...ports], {
    cwd: folder,
    env: { LC_ALL: "C.UTF-8" },
    clearEnv: true,
    stdin: "piped",
  });
  const args = ["run", "--allow-all", "main.ts", "record", "--output", raw];
  const recorder = spawn(Deno.execPath(), args, { cwd: ROOT, stdin: "null", stderr: "piped" });
  const said = recorder.stderr.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; !text.includes("monomi: capturing");) {
    const { value, done } = await said.read();
    if (done) throw new TaskError(`nothing was recorded: ${text}`);
    text += value;
  }
  const input = shell.stdin.getWriter();
  await input.write(new TextEncoder().encode(COMMANDS));
  await input.close();
  await shell.status;
  recorder.kill("SIGINT");
  while (!(await said.read()).done);
  await recorder.status;
  await Deno.writeFile(RECORDS, neutral(raw, shell.pid));
  await Deno.remove(raw);
  await Deno.remove(folder, { recursive: true });
  await Deno.remove(EVENTS);
  const everything = ["--config", `${FOLDER}/everything.xml`, "--sink", `json:${EVENTS}`];
  const replay = ["run", "--allow-all", "main.ts", "replay", RECORDS, ...everything];
  await run(Deno.execPath(), replay, { cwd: ROOT });
  await Deno.chmod(EVENTS, 0o644);
}

/** The recording with neutral facts and the records of `root` and its descendants alone. */
function neutral(path: string, root: number): Uint8Array<ArrayBuffer> {
  const file = openRecordFile(path);
  const buffer = new Uint8Array(BATCH_BYTES);
  const view = new DataView(buffer.buffer);
  const wanted = new Set([root]);
  const kept = [...recordHead(FACTS, file.host.bootEpoch())];
  for (let end = file.read(buffer); end > 0; end = file.read(buffer)) {
    for (let at = 0, length = 0; at < end; at += length) {
      length = view.getUint32(at + HeaderLayout.length, true);
      if (!wanted.has(view.getUint32(at + HeaderLayout.pid, true))) continue;
      kept.push(...buffer.subarray(at, at + length));
      if (view.getUint16(at + HeaderLayout.kind, true) === Kind.FORK) {
        wanted.add(view.getUint32(at + ForkLayout.childPid, true));
      }
    }
  }
  file.close();
  return new Uint8Array(kept);
}

await asProgram(import.meta.main, recordFixture);
