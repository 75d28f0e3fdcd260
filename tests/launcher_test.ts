/** The start of the packed file: what it refuses, and what it does not let its caller decide. */
import assert from "node:assert/strict";
import { exists, Folder, MONOMI } from "./support/environment.ts";
import { until } from "./support/waiting.ts";

const decoder = new TextDecoder();

async function start(
  program: string,
  options: { args?: string[]; env?: Record<string, string> } = {},
) {
  const { args = ["--version"], env = {} } = options;
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    env,
    clearEnv: true,
    stdin: "null",
  }).output();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** A copy of the packed file, altered by `alter`. */
async function altered(folder: Folder, alter: (content: Uint8Array) => Uint8Array) {
  const path = folder.at("altered");
  await Deno.writeFile(path, alter(await Deno.readFile(MONOMI)), { mode: 0o755 });
  return path;
}

Deno.test("an altered byte is refused with the part that holds it", async () => {
  using folder = new Folder();
  const program = await altered(folder, (content) => {
    content[20_000_000] ^= 1;
    return content;
  });
  const { code, stdout, stderr } = await start(program);
  assert.equal(code, 3);
  assert.equal(stdout, "");
  assert.match(stderr, /^monomi: this file is damaged: the piece of its runtime at byte \d+ .+\n$/);
});

Deno.test("a file cut short is refused", async () => {
  using folder = new Folder();
  const program = await altered(folder, (content) => content.subarray(0, -1));
  const { code, stderr } = await start(program);
  assert.equal(code, 3);
  assert.match(stderr, /^monomi: this file is damaged: it carries no program .+\n$/);
});

Deno.test("the caller's environment cannot steer the runtime", async () => {
  using folder = new Folder();
  const cache = folder.at("cache");
  const { code, stderr } = await start(MONOMI, {
    env: {
      LD_PRELOAD: folder.at("absent.so"),
      LD_LIBRARY_PATH: folder.path,
      LD_DEBUG: "libs",
      DENO_DIR: cache,
      DENO_V8_FLAGS: "--help",
      DENO_LOG: "debug",
      HOME: cache,
      NODE_OPTIONS: "--inspect",
      NODE_DEBUG: "fs",
      RUST_LOG: "trace",
      V8_FLAGS: "--help",
    },
  });
  assert.equal(code, 0);
  assert.equal(stderr, "");
  assert(!exists(cache));
});

Deno.test("a terminal shows what the program says and nothing else", async () => {
  const { code, stdout } = await start("/usr/bin/script", {
    args: ["--quiet", "--return", "--command", `'${MONOMI}' --version`, "/dev/null"],
    env: { SHELL: "/bin/sh" },
  });
  assert.equal(code, 0);
  assert.match(stdout, /^monomi [\d.]+\r\n$/);
});

Deno.test("the caller's arguments cannot choose the native library", async () => {
  const { code, stderr } = await start(MONOMI, { args: ["--monomi-native=/x.so", "run"] });
  assert.equal(code, 2);
  assert.equal(stderr, "monomi: there is no option --monomi-native\n");
});

Deno.test("arguments that are not text are wrong usage", async () => {
  const { code, stderr } = await start("/bin/sh", {
    args: ["-c", `exec "$0" "$(printf 'a\\377')"`, MONOMI],
  });
  assert.equal(code, 2);
  assert.equal(stderr, "monomi: argument 1 is not valid Unicode\n");
});

Deno.test("a renamed copy runs under its own name, with its own arguments", async () => {
  using folder = new Folder();
  const program = folder.at("sysmon");
  await Deno.copyFile(MONOMI, program);
  const fifo = folder.at("config.xml");
  await new Deno.Command("mkfifo", { args: [fifo] }).output();
  const child = new Deno.Command("/bin/sh", {
    // Reading from a pipe that nobody writes to keeps the program running.
    args: ["-c", `exec 3<>"$1"; exec "$0" check /dev/fd/3`, program, fifo],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const proc = (file: string) => Deno.readTextFile(`/proc/${child.pid}/${file}`);
    await until("the name", async () =>
      (await proc("comm")).trim() === "sysmon" &&
      (await proc("maps")).includes("memfd:preload"));
    await until(
      "the arguments",
      async () => (await proc("cmdline")).replace(/\0+$/, "") === "sysmon\0check\0/dev/fd/3",
    );
    assert.equal(await Deno.readLink(`/proc/${child.pid}/exe`), "/memfd:monomi (deleted)");
    const blocked = /^SigBlk:\s*([0-9a-f]+)$/m.exec(await proc("status"))?.[1];
    assert.equal(BigInt(`0x${blocked}`) & (1n << 9n), 1n << 9n, "SIGUSR1 is not blocked");
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});
