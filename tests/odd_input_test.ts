/** Names, arguments and images that are made to confuse: events stay whole and readable. */
import assert from "node:assert/strict";
import { captureTest, config, Folder, output } from "./support/environment.ts";
import {
  eventsOf,
  type JsonEvent,
  linesOf,
  parseXmlEvent,
  type XmlEvent,
} from "./support/events.ts";
import { type LoadReport, Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";

const NOBODY = 65534;
const DEFAULT_ARGUMENT_BYTES = 65_536;
const DEEPER_THAN_WALKED = 600;
/** A C0 control cannot stand in XML 1.0 even as a reference; its picture stands for it. */
const CONTROL_PICTURES = 0x2400;

const ODD_TEXTS: Readonly<Record<string, Uint8Array>> = {
  "newlines": bytes("one\ntwo\r\nthree"),
  "terminal escapes": bytes("\x1b[2J\x1b]0;title\x07\x7f"),
  "quotes": bytes(`'single' "double" \\back\\`),
  "markup": bytes("]]><Data Name='x'>&amp;<!--"),
  "other scripts": bytes("物見 Äöü \u{1f50d} \u202etxt.exe"),
  "what XML cannot hold": bytes("\ufffe\uffff\u0085\u2028\u{1fffe}"),
  "invalid UTF-8": Uint8Array.of(0x61, 0xff, 0xfe, 0x80, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0x62),
  "every control character": Uint8Array.from({ length: 31 }, (_, index) => index + 1),
};

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decoded(content: Uint8Array): string {
  return new TextDecoder().decode(content);
}

function asInXml(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, (character) => {
    return String.fromCharCode(CONTROL_PICTURES + character.charCodeAt(0));
  }).replace(/[\ufffe\uffff]/g, "\ufffd");
}

/** Runs programs with arguments of any bytes. */
class RawRunner {
  readonly #loads: Loads;
  readonly #folder: Folder;
  #count = 0;

  constructor(loads: Loads, folder: Folder) {
    this.#loads = loads;
    this.#folder = folder;
  }

  run(...args: (string | Uint8Array)[]): Promise<LoadReport> {
    const parts = args.map((arg) => typeof arg === "string" ? bytes(arg) : arg);
    const file = this.#folder.at(`arguments${this.#count++}`);
    Deno.writeFileSync(file, Uint8Array.from(parts.flatMap((part) => [...part, 0])));
    return this.#loads.run("exec_arguments", file);
  }
}

function joined(folder: Folder, name: Uint8Array): Uint8Array {
  // A slash cannot be in a name.
  return Uint8Array.from([...bytes(`${folder.path}/`), ...name.filter((byte) => byte !== 0x2f)]);
}

captureTest("odd input gives whole events in every format", async (t) => {
  using loads = new Loads();
  using folder = new Folder();
  const [jsonFile, xmlFile, prettyFile] = ["events.json", "events.xml", "events.txt"]
    .map((name) => folder.at(name));
  const fileCalls = await loads.program("file_calls");
  for (
    const name of [
      "exec_arguments",
      "exec_by_descriptor",
      "self_delete",
      "deep_directories",
      "thread_exec",
      "as_user",
      "fork_only",
      "exec_storm",
    ]
  ) await loads.program(name);
  const raw = new RawRunner(loads, folder);
  await using sensor = await Sensor.start(
    ["run", "--stats", "-c", config("everything.xml")]
      .concat("--sink", `json:${jsonFile}`, "--sink", `xml:${xmlFile}`)
      .concat("--sink", `pretty:${prettyFile}`),
  );

  const checks: { name: string; check: (events: Written) => void }[] = [];
  const later = (name: string, check: (events: Written) => void) => checks.push({ name, check });

  for (const [name, text] of Object.entries(ODD_TEXTS)) {
    const path = joined(folder, text);
    const created = await raw.run(fileCalls, "open", path);
    const removed = await raw.run(fileCalls, "unlink", path);
    later(`a file name with ${name}`, (events) => {
      for (const [id, pid] of [[11, created.pid], [23, removed.pid]]) {
        const event = events.one(id, pid);
        assert.equal(event.TargetFilename, decoded(path));
        assert.equal(events.inXml(event, "TargetFilename"), asInXml(decoded(path)));
      }
    });
    const arguments_ = await raw.run("/bin/true", text, "", text);
    later(`arguments with ${name}`, (events) => {
      const expected = `/bin/true ${decoded(text)}  ${decoded(text)}`;
      const event = events.image(arguments_.pid, "/true");
      assert.equal(event.CommandLine, expected);
      assert.equal(events.inXml(event, "CommandLine"), asInXml(expected));
    });
    const image = joined(folder, Uint8Array.from([...bytes("image "), ...text]));
    await raw.run("/bin/cp", "/bin/true", image);
    const odd = await raw.run(image);
    later(`an image with ${name} in its name`, (events) => {
      const event = events.image(odd.pid, decoded(image));
      assert.match(String(event.Hashes), /^SHA256=[0-9a-f]{64}$/);
    });
  }

  const long = await raw.run("/bin/true", "x".repeat(100_000));
  later("a command line of 100,000 characters is cut visibly", (events) => {
    const { CommandLine } = events.image(long.pid, "/true");
    assert.match(String(CommandLine), /^\/bin\/true x+\.\.\.$/);
    const length = String(CommandLine).length;
    assert(length > DEFAULT_ARGUMENT_BYTES - 100, `${length} characters`);
  });

  const base = `${folder.path}/`;
  let directory = base;
  while (directory.length < 3_700) directory += "n".repeat(249) + "/";
  const leaf = "l".repeat(4_000 - directory.length - 1);
  await Deno.mkdir(directory, { recursive: true });
  await Deno.copyFile("/bin/true", directory + leaf);
  const longImage = await raw.run(directory + leaf);
  const longFile = await raw.run(fileCalls, "open", `${directory}new`);
  const longRemoved = await raw.run(fileCalls, "unlink", `${directory}new`);
  later("paths of 4,000 characters", (events) => {
    assert.equal(events.image(longImage.pid, directory + leaf).Image, directory + leaf);
    assert.equal(events.one(11, longFile.pid).TargetFilename, `${directory}new`);
    assert.equal(events.one(23, longRemoved.pid).TargetFilename, `${directory}new`);
  });

  for (const words of [[], ["fifo"]]) {
    const copy = folder.at(`self${words.length}`);
    await Deno.copyFile(await loads.program("self_delete"), copy);
    await Deno.chmod(copy, 0o700);
    const gone = await raw.run(copy, ...words);
    later(`a program that removes its own image ${words}`, (events) => {
      const event = events.image(gone.pid, copy);
      assert.match(String(event.Hashes), /^(SHA256=[0-9a-f]{64}|-)$/);
      assert.equal(events.one(23, gone.pid).TargetFilename, copy);
    });
  }

  const memory = await loads.run("exec_by_descriptor", "memfd", "/bin/true", "from memory");
  later("an image in a memfd", (events) => {
    const event = events.ofProcess(1, memory.pid).at(-1)!;
    assert.match(String(event.Image), /memfd:odd image/);
    assert.equal(event.CommandLine, "/bin/true from memory");
    assert.match(String(event.Hashes), /^(SHA256=[0-9a-f]{64}|-)$/);
  });
  const removedImage = folder.at("removed image");
  const removed = await loads.run("exec_by_descriptor", "removed", removedImage, "/bin/true");
  later("an image that was removed before it ran", (events) => {
    const event = events.ofProcess(1, removed.pid).at(-1)!;
    assert.match(String(event.Image), /\/removed image/);
  });
  const byDescriptor = await loads.run("exec_by_descriptor", "execveat", "/bin/true");
  const trueImage = await Deno.realPath("/bin/true");
  later("execveat of a descriptor names the file", (events) => {
    assert.equal(events.ofProcess(1, byDescriptor.pid).at(-1)!.Image, trueImage);
  });

  const script = folder.at("script with blanks");
  await Deno.writeTextFile(script, '#!/bin/sh -e\nexec /bin/true "$@"\n', { mode: 0o700 });
  const interpreted = await raw.run(script, "argument");
  const shell = await Deno.realPath("/bin/sh");
  later("a script shows its interpreter and its own name", (events) => {
    const event = events.image(interpreted.pid, shell);
    assert.equal(event.CommandLine, `/bin/sh -e ${script} argument`);
    assert.equal(events.image(interpreted.pid, trueImage).CommandLine, "/bin/true argument");
  });

  await Deno.chmod(folder.path, 0o755);
  await Deno.chmod(loads.folder.path, 0o755);
  const setuid = folder.at("setuid");
  await Deno.copyFile("/usr/bin/id", setuid);
  await Deno.chmod(setuid, 0o4755);
  const asNobody = new Deno.Command(await loads.program("as_user"), {
    args: [String(NOBODY), setuid, "-u"],
    stdout: "piped",
  }).spawn();
  const effective = await new Response(asNobody.stdout).text();
  await asNobody.status;
  later("a setuid program has its caller as user", (events) => {
    assert.equal(effective.trim(), "0", "the program really became root");
    assert.equal(events.image(asNobody.pid, setuid).User, "nobody");
    assert.equal(events.one(5, asNobody.pid).User, "nobody");
  });

  for (const [levels, length] of [[300, 2], [300, 20]]) {
    const deep = folder.at(`deep${length}`);
    await Deno.mkdir(deep);
    const { pid } = await loads.run("deep_directories", deep, levels, length, "/bin/true");
    later(`${levels} directories of ${length} letters`, (events) => {
      const bottom = deep + ("/" + "d".repeat(length)).repeat(levels);
      assert(
        events.ofProcess(11, pid).some(({ TargetFilename }) => TargetFilename === `${bottom}/leaf`),
      );
      assert(
        events.ofProcess(23, pid).some(({ TargetFilename }) => TargetFilename === `${bottom}/leaf`),
      );
      const child = events.json.find((event) =>
        event.EventID === 1 && event.ParentProcessId === pid
      )!;
      assert.equal(child.Image, `${bottom}/program`);
      assert.equal(child.CurrentDirectory, bottom);
    });
  }

  const tooDeep = folder.at("too-deep");
  await Deno.mkdir(tooDeep);
  const deeper = await loads.run("deep_directories", tooDeep, DEEPER_THAN_WALKED, 2, "/bin/true");
  later("directories deeper than is walked are marked", (events) => {
    const program = events.json.find((event) =>
      event.EventID === 1 && event.ParentProcessId === deeper.pid
    )!;
    const leaf = events.ofProcess(11, deeper.pid).find(({ TargetFilename }) =>
      String(TargetFilename).endsWith("/leaf")
    )!;
    for (const path of [leaf.TargetFilename, `${program.CurrentDirectory}/`, program.Image]) {
      assert.match(String(path), /^\+(\/dd){500,}\/(leaf|program)?$/);
    }
  });

  const threads = await loads.run("thread_exec", "/bin/true", "from a thread");
  later("a thread that executes is its process", (events) => {
    assert.deepEqual(
      events.ofProcess(1, threads.pid).map((event) => event.CommandLine),
      [`${loads.folder.at("thread_exec")} /bin/true from a thread`, "/bin/true from a thread"],
    );
    assert.equal(events.ofProcess(5, threads.pid).length, 1, "threads do not end processes");
    assert.equal(events.one(5, threads.pid).Image, trueImage);
  });

  const forked = await loads.run("fork_only", folder.at("p"), folder.at("a"), folder.at("b"));
  later("children that execute nothing have a ProcessGuid of their own", (events) => {
    const creator = (name: string) =>
      events.json.find((event) =>
        event.EventID === 11 && event.TargetFilename === folder.at(name)
      )!;
    const [parent, first, second] = ["p", "a", "b"].map(creator);
    assert.equal(parent.ProcessId, forked.pid);
    const guids = [parent, first, second].map((event) => event.ProcessGuid);
    assert.equal(new Set(guids).size, 3);
    assert.equal(first.Image, parent.Image);
    for (const child of [first, second]) {
      assert.equal(
        events.one(5, Number(child.ProcessId)).ProcessGuid,
        child.ProcessGuid,
      );
    }
  });

  const last = await loads.run("exec_storm", 20);
  later("the sensor still works behind all this", (events) => {
    const children = events.json.filter((event) =>
      event.EventID === 1 && event.ParentProcessId === last.pid
    );
    assert.equal(children.length, 20);
  });

  const { summary } = await sensor.stop();
  const written = new Written(jsonFile, xmlFile);
  for (const { name, check } of checks) await t.step(name, () => check(written));
  await t.step("JSON and XML hold the same events, one a line", () => {
    assert.equal(written.xml.size, written.json.length);
    for (const event of written.json) {
      const { data, EventID } = written.xml.get(event.EventRecordID)!;
      const { EventID: id, Event: _, Computer: __, EventRecordID: ___, ...fields } = event;
      assert.equal(EventID, id);
      assert.deepEqual(
        [...data],
        Object.entries(fields).map(([field, value]) => [field, asInXml(String(value))]),
      );
    }
  });
  await t.step("no output has a bare control character", async () => {
    for (const file of [jsonFile, xmlFile, prettyFile]) {
      // deno-lint-ignore no-control-regex
      const bare = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/.exec(await Deno.readTextFile(file));
      assert.equal(bare, null, `${file} at ${bare?.index}`);
    }
  });
  await t.step("record numbers count up without a gap", () => {
    const numbers = written.json.map((event) => event.EventRecordID);
    assert.deepEqual(numbers, numbers.map((_, index) => numbers[0] + index));
    assert(summary !== undefined);
  });
  await output("rm", "-rf", directory);
});

/** What both files hold. */
class Written {
  readonly json: readonly JsonEvent[];
  readonly xml: ReadonlyMap<number, XmlEvent>;

  constructor(jsonFile: string, xmlFile: string) {
    this.json = eventsOf(jsonFile);
    const xml = new Map<number, XmlEvent>();
    for (const line of linesOf(xmlFile)) {
      const event = parseXmlEvent(line);
      xml.set(event.EventRecordID, event);
    }
    this.xml = xml;
  }

  ofProcess(id: number, pid: number): JsonEvent[] {
    return this.json.filter((event) => event.EventID === id && event.ProcessId === pid);
  }

  one(id: number, pid: number): JsonEvent {
    const events = this.ofProcess(id, pid);
    assert.equal(events.length, 1, `events ${id} of process ${pid}`);
    return events[0];
  }

  /** The start of this image by that process. */
  image(pid: number, end: string): JsonEvent {
    const starts = this.ofProcess(1, pid);
    const event = starts.find(({ Image }) => String(Image).endsWith(end));
    assert(event !== undefined, `no start of ${end} among ${starts.map(({ Image }) => Image)}`);
    return event;
  }

  inXml(event: JsonEvent, field: string): string | undefined {
    return this.xml.get(event.EventRecordID)?.data.get(field);
  }
}
