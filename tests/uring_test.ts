/** Files and connections by io_uring, which passes no system call. */
import assert from "node:assert/strict";
import { captureTest, config, exists, Folder } from "./support/environment.ts";
import { eventsOf, type JsonEvent } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";

/** One call with `old` in the folder; what comes out: `+new`, `-old` and the like. */
interface Case {
  readonly call: string;
  readonly path: string;
  readonly other?: string;
  readonly words?: readonly string[];
  readonly expected: readonly string[];
}

const CASES: readonly Case[] = [
  { call: "open", path: "new", expected: ["+new"] },
  { call: "open", path: "old", expected: [] },
  { call: "open", path: "new", words: ["poll"], expected: ["+new"] },
  { call: "unlink", path: "old", expected: ["-old"] },
  { call: "unlink", path: "missing", expected: [] },
  { call: "unlink", path: "old", words: ["poll"], expected: ["-old"] },
  { call: "unlink", path: "old", words: ["skip"], expected: ["-old"] },
  { call: "rename", path: "old", other: "new", expected: ["+new"] },
  { call: "rename", path: "missing", other: "new", expected: [] },
  { call: "link", path: "old", other: "new", expected: ["+new"] },
  { call: "symlink", path: "old", other: "new", expected: ["+new"] },
  { call: "symlink", path: "old", other: "old", expected: [] },
];

function describe(event: JsonEvent, folder: string): string {
  const sign = event.EventID === 11 ? "+" : "-";
  return sign + String(event.TargetFilename).replace(`${folder}/`, "");
}

captureTest("files and connections by io_uring", async (t) => {
  using loads = new Loads();
  using folder = new Folder();
  const file = folder.at("events.json");
  const image = await loads.program("uring_calls");
  await using sensor = await Sensor.start(
    ["run", "-c", config("uring.xml"), "--sink", `json:${file}`],
  );
  const made: { one: Case; at: string; pid: number }[] = [];
  for (const [index, one] of CASES.entries()) {
    const { call, path, other = "-", words = [], expected } = one;
    const at = folder.at(`case${index}`);
    Deno.mkdirSync(at);
    Deno.writeTextFileSync(`${at}/old`, "old");
    const existed = exists(`${at}/old`);
    const { pid } = await loads.run(
      "uring_calls",
      call,
      `${at}/${path}`,
      `${at}/${other}`,
      ...words,
    );
    for (const name of expected) assert.equal(exists(`${at}/${name.slice(1)}`), name[0] === "+");
    assert.ok(existed);
    made.push({ one, at, pid });
  }
  const connection = await loads.run("uring_calls", "connect", "-", "-");
  const sleeper = new Deno.Command("sleep", { args: ["60"] }).spawn();
  const reading = await loads.run("uring_calls", "read", `/proc/${sleeper.pid}/maps`, "-");
  sleeper.kill("SIGKILL");
  await sleeper.status;
  await sensor.stop();

  const events = eventsOf(file, ({ EventID }) => [3, 10, 11, 23].includes(EventID));
  for (const { one, at, pid } of made) {
    await t.step(`${one.call} ${one.path} ${one.words ?? ""}`, () => {
      const own = events.filter((event) => event.ProcessId === pid);
      assert.deepEqual(own.map((event) => describe(event, at)), one.expected);
      assert.ok(own.every((event) => event.Image === image && event.User === "root"));
    });
  }
  await t.step("both ends of a connection", () => {
    const own = events.filter((event) => event.ProcessId === connection.pid);
    const port = Number(connection.lines[0]);
    assert.deepEqual(own.map((e) => [e.Initiated, e.DestinationPort]).sort(), [
      [false, port],
      [true, port],
    ]);
  });
  await t.step("another process's memory map", () => {
    const own = events.filter((event) => event.SourceProcessId === reading.pid);
    assert.deepEqual(own.map((e) => [e.GrantedAccess, e.TargetProcessId]), [
      ["0x400", sleeper.pid],
    ]);
  });
});
