/** Attributes, pipes, mapped code, tampered images, BPF programs of others. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { captureTest, config, Folder } from "./support/environment.ts";
import { eventsOf, type JsonEvent } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";

const ATTRIBUTE = ":user.xdg.origin.url";
const URL_TEXT = "https://example.org/tool";

/** One run of `touches WAY PATH [OTHER]` and what it gives. */
interface Case {
  readonly way: string;
  /** Where it is not a new name in the test's folder. */
  readonly path?: string;
  /** Makes a file at the path, or something else, before. */
  readonly prepare?: (path: string) => void;
  /** Runs a copy of the program that the case may remove; gets the path of a second copy. */
  readonly copies?: boolean;
  readonly expected: (path: string, image: string) => readonly string[];
}

const file = (path: string) => Deno.writeTextFileSync(path, "content");
const program = (path: string) => Deno.copyFileSync("/bin/true", path);
const stream = (path: string) => [`15 ${path}${ATTRIBUTE} ${URL_TEXT}`];

const CASES: readonly Case[] = [
  { way: "setxattr", prepare: file, expected: stream },
  { way: "lsetxattr", prepare: file, expected: stream },
  { way: "fsetxattr", prepare: file, expected: stream },
  { way: "large-attribute", prepare: file, expected: (path) => [`15 ${path}:user.large -`] },
  { way: "trusted-attribute", prepare: file, expected: () => [] },
  { way: "mkfifo", expected: (path) => [`17 CreatePipe ${path}`] },
  {
    way: "open-fifo",
    prepare: (path) => void new Deno.Command("mkfifo", { args: [path] }).outputSync(),
    expected: (path) => [`18 ConnectPipe ${path}`],
  },
  {
    way: "stream-socket",
    expected: (path) => [`17 CreatePipe ${path}`, `18 ConnectPipe ${path}`],
  },
  {
    way: "datagram-socket",
    expected: (path) => [`17 CreatePipe ${path}`, `18 ConnectPipe ${path}`],
  },
  {
    way: "stream-socket",
    path: "@monomi-e2e-abstract",
    expected: (path) => [`17 CreatePipe ${path}`, `18 ConnectPipe ${path}`],
  },
  { way: "map", prepare: program, expected: (path) => [`7 ${path}`] },
  { way: "map-later", prepare: program, expected: (path) => [`7 ${path}`] },
  { way: "map-data", prepare: program, expected: () => [] },
  { way: "run-from-memory", expected: () => ["25 Image has no file /memfd:touched (deleted)"] },
  { way: "data-as-code", expected: (_, image) => [`25 Data of image is executable ${image}`] },
  { way: "writable-code", expected: (_, image) => [`25 Code of image is changed ${image}`] },
  { way: "anonymous-code", expected: () => [] },
  {
    way: "unlink-image",
    copies: true,
    expected: (_, image) => [`25 Image is deleted ${image}`],
  },
  {
    way: "replace-image",
    copies: true,
    expected: (_, image) => [`25 Image is replaced ${image}`],
  },
  {
    way: "load-program",
    expected: () => ["100 BPF_PROG_LOAD BPF_PROG_TYPE_SOCKET_FILTER touched"],
  },
  { way: "nothing", expected: () => [] },
];

function describe(event: JsonEvent): string {
  switch (event.EventID) {
    case 7:
      return `7 ${event.ImageLoaded}`;
    case 15:
      return `15 ${event.TargetFilename} ${event.Contents}`;
    case 25:
      return `25 ${event.Type} ${event.Image}`;
    case 100:
      return `100 ${event.BpfCommand} ${event.BpfProgramType} ${event.BpfProgramName}`;
    default:
      return `${event.EventID} ${event.EventType} ${event.PipeName}`;
  }
}

/** What the loader of every program does. */
const ofLoader = (event: JsonEvent) =>
  event.EventID === 7 && /\/libc\.so|\/ld-linux/.test(String(event.ImageLoaded));

captureTest("what programs do to files, mappings, pipes and themselves", async (t) => {
  using loads = new Loads();
  using folder = new Folder();
  const output = folder.at("events.json");
  const built = await loads.program("touches");
  await using sensor = await Sensor.start(
    ["run", "-c", config("touches.xml"), "--sink", `json:${output}`],
  );
  const made: { one: Case; path: string; image: string; pids: number[] }[] = [];
  for (const [index, one] of CASES.entries()) {
    const path = one.path ?? folder.at(`${index}`);
    one.prepare?.(path);
    const copies = [folder.at(`image${index}`), folder.at(`other${index}`)];
    if (one.copies) { for (const copy of copies) Deno.copyFileSync(built, copy); }
    const image = one.copies ? copies[0] : built;
    const run = new Deno.Command(image, { args: [one.way, path, copies[1]] });
    const { code, stdout, stderr } = await run.output();
    assert.equal(code, 0, `${one.way}: ${new TextDecoder().decode(stderr)}`);
    const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
    made.push({ one, path, image, pids: lines.map((line) => JSON.parse(line).pid) });
  }
  await sensor.stop();

  const events = eventsOf(output, ({ EventID }) => ![1, 4, 5, 16].includes(EventID));
  for (const { one, path, image, pids } of made) {
    await t.step(`${one.way} ${one.path ?? ""}`, () => {
      const own = events.filter((event) => pids.includes(Number(event.ProcessId)));
      const found = own.filter((event) => !ofLoader(event)).map(describe);
      assert.deepEqual(found, one.expected(path, image));
      assert.ok(own.every((event) => event.User === "root"));
    });
  }
  const of = (way: string) => {
    const { pids } = made.find(({ one }) => one.way === way)!;
    return events.filter((event) => pids.includes(Number(event.ProcessId)));
  };
  await t.step("the loader's libraries are loaded images, with their hashes", () => {
    const [libc] = of("nothing").filter(({ ImageLoaded }) => /libc\.so/.test(String(ImageLoaded)));
    const bytes = Deno.readFileSync(String(libc.ImageLoaded));
    assert.equal(libc.Hashes, `SHA256=${createHash("sha256").update(bytes).digest("hex")}`);
  });
  await t.step("an attribute's value is hashed when it is here as a whole", () => {
    const [event] = of("setxattr").filter(({ EventID }) => EventID === 15);
    assert.equal(event.Hash, `SHA256=${createHash("sha256").update(URL_TEXT).digest("hex")}`);
    assert.match(String(event.CreationUtcTime), /^20\d\d-/);
    const [large] = of("large-attribute").filter(({ EventID }) => EventID === 15);
    assert.equal(large.Hash, "-");
  });
});

/** Ways to make a program, and whether a second run of the same on it says anything new. */
const MAKINGS: readonly (readonly [way: string, content: string | undefined, found: boolean])[] = [
  ["write-script", undefined, true],
  ["write-text", undefined, false],
  ["leave-open", undefined, true],
  ["replace-descriptor", undefined, true],
  ["close-range", undefined, true],
  ["chmod", "#!/bin/sh\n", true],
  ["fchmod", "#!/bin/sh\n", true],
  ["fchmodat", "#!/bin/sh\n", true],
  ["chmod-plain", "#!/bin/sh\n", false],
  ["chmod", "plain text\n", false],
];

captureTest("programs that come into being", async (t) => {
  using loads = new Loads();
  using folder = new Folder();
  const output = folder.at("events.json");
  await loads.program("touches");
  const made: { name: string; path: string; pid: number; found: boolean }[] = [];
  const paths = MAKINGS.map(([, content], index) => {
    const path = folder.at(`${index}`);
    if (content !== undefined) Deno.writeTextFileSync(path, content);
    return path;
  });
  await using sensor = await Sensor.start(
    ["run", "-c", config("programs.xml"), "--sink", `json:${output}`],
  );
  for (const [index, [way, content = "new", found]] of MAKINGS.entries()) {
    const { pid } = await loads.run("touches", way, paths[index]);
    made.push({ name: `${way} of ${content.trim()}`, path: paths[index], pid, found });
  }
  const copied = folder.at("copied");
  Deno.copyFileSync("/bin/true", copied);
  Deno.chmodSync(copied, 0o755);
  await sensor.stop();

  const events = eventsOf(output, ({ EventID }) => EventID === 29);
  for (const { name, path, pid, found } of made) {
    await t.step(name, () => {
      const own = events.filter((event) => event.ProcessId === pid);
      assert.deepEqual(own.map(({ TargetFilename }) => TargetFilename), found ? [path] : []);
      const hash = createHash("sha256").update(Deno.readFileSync(path)).digest("hex");
      for (const event of own) assert.equal(event.Hashes, `SHA256=${hash}`);
    });
  }
  await t.step("a copied program that is made executable then, once", () => {
    const copies = events.filter(({ TargetFilename }) => TargetFilename === copied);
    assert.equal(copies.length, 1);
    assert.equal(copies[0].ProcessId, Deno.pid);
  });
});
