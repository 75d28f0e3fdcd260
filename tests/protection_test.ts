/** What is done to the sensor is seen: signals, its memory, its files; with who did it. */
import assert from "node:assert/strict";
import { captureTest, config, exists, Folder, output } from "./support/environment.ts";
import { EventFollower, eventsOf, type JsonEvent } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { monomi, Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

/** A sensor's own places: configuration, state, pins. */
class Own implements Disposable {
  readonly folder: Folder = new Folder();
  readonly rules: string = this.folder.at("own-rules.xml");
  readonly state: string = this.folder.at("own-state");
  readonly pins = `/sys/fs/bpf/monomi-test-${crypto.randomUUID().slice(0, 8)}`;

  constructor() {
    Deno.copyFileSync(config("processes.xml"), this.rules);
    Deno.mkdirSync(`${this.state}/below`, { recursive: true, mode: 0o700 });
    Deno.chmodSync(this.state, 0o700);
    Deno.writeTextFileSync(`${this.state}/something`, "");
    Deno.writeTextFileSync(`${this.state}/below/other`, "");
  }

  at(name: string): string {
    return this.folder.at(name);
  }

  args(file: string): string[] {
    return [
      ...["run", "-c", this.rules, "--state", this.state, "--pin", this.pins],
      ...["--sink", `json:${file}`, "--control", this.folder.at("control/socket")],
    ];
  }

  [Symbol.dispose](): void {
    this.folder[Symbol.dispose]();
    if (exists(this.pins)) Deno.removeSync(this.pins, { recursive: true });
  }
}

const isTampering = ({ EventID, ID }: JsonEvent) => EventID === 255 && ID === "Tampering";
const tamperings = (file: string) =>
  eventsOf(file, isTampering).map(({ Description }) => String(Description));

captureTest("reaching into the sensor is told with who did it", async (t) => {
  using loads = new Loads();
  using own = new Own();
  const file = own.at("events.json");
  await using sensor = await Sensor.start(own.args(file));
  const image = await loads.program("interfere");
  const ways = {
    trace: "attached to with ptrace:",
    write: "memory written with process_vm_writev:",
    memory: "memory opened for writing:",
    descriptor: "descriptor taken with pidfd_getfd:",
  };
  const pids = new Map<string, number>();
  for (const way of Object.keys(ways)) {
    pids.set(way, (await loads.run("interfere", way, sensor.pid)).pid);
  }
  const stop = await new Deno.Command("/bin/kill", { args: ["-STOP", String(sensor.pid)] })
    .output();
  assert.ok(stop.success);
  sensor.signal("SIGCONT");
  await sensor.stop();
  const told = tamperings(file);
  for (const [way, words] of Object.entries(ways)) {
    await t.step(way, () => {
      const text = `${words} the sensor (process ${sensor.pid}), by ${image} (process ${
        pids.get(way)
      },`;
      const found = told.filter((one) => one.startsWith(text));
      assert.equal(found.length, 1, told.join("\n"));
      assert.match(found[0], /, \{[\da-f-]{36}\}, user root\)$/);
    });
  }
  await t.step("SIGSTOP", () => {
    const text = `SIGSTOP to the sensor (process ${sensor.pid}), by `;
    const found = told.filter((one) => one.startsWith(text));
    assert.equal(found.length, 1, told.join("\n"));
    assert.match(found[0], /\/kill \(process/);
  });
  assert.equal(told.length, 5, told.join("\n"));
});

captureTest("changes to the sensor's files are told, whichever way they are named", async (t) => {
  using own = new Own();
  using loads = new Loads();
  const interfere = await loads.program("interfere");
  const file = own.at("events.json");
  Deno.copyFileSync(config("processes.xml"), own.at("other-rules.xml"));
  Deno.mkdirSync(own.at("elsewhere"));
  Deno.symlinkSync(own.state, own.at("link"));
  await using sensor = await Sensor.start(own.args(file));
  const [identity] = [...Deno.readDirSync(own.pins)].map(({ name }) => name);
  const pins = [...Deno.readDirSync(`${own.pins}/${identity}`)].map(({ name }) => name);
  const onePin = `${own.pins}/${identity}/${pins.find((name) => name.startsWith("map-guard"))}`;
  const deeds: Readonly<Record<string, readonly [script: string, ...told: string[]]>> = {
    append: [`echo >>${own.rules}`, `${own.rules} opened for writing`],
    "twice at once": [
      `: >>${own.state}/something; : >>${own.state}/something`,
      `${own.state}/something opened for writing`,
    ],
    "two at once": [
      `: >${own.state}/one; : >${own.state}/two`,
      `${own.state}/one opened for writing`,
      `${own.state}/two opened for writing`,
    ],
    mode: [`chmod 640 ${own.rules}`, `${own.rules} given other permissions`],
    "mode of a descriptor": [
      `${interfere} fchmod ${own.state}/something`,
      `${own.state}/something given other permissions`,
    ],
    "mode of a descriptor without a name": [
      `${interfere} fchmodat2 ${own.state}/below/other`,
      `${own.state}/below/other given other permissions`,
    ],
    owner: [`chown 0 ${own.state}`, `${own.state} given other permissions`],
    "owner of a descriptor": [
      `${interfere} fchown ${own.state}/below`,
      `${own.state}/below given other permissions`,
    ],
    "owner of a descriptor without a name": [
      `${interfere} fchownat ${own.state}/one`,
      `${own.state}/one given other permissions`,
    ],
    replace: [`mv ${own.at("other-rules.xml")} ${own.rules}`, `${own.rules} renamed or replaced`],
    make: [`echo >${own.state}/new`, `${own.state}/new opened for writing`],
    remove: [`rm ${own.state}/something`, `${own.state}/something removed`],
    relative: [`cd ${own.state} && rm new`, `${own.state}/new removed`],
    dots: [`cd ${own.state}/below && touch ../dots`, `${own.state}/dots opened for writing`],
    "dots, removed": [`cd ${own.state}/below && rm ../dots`, `${own.state}/dots removed`],
    deeper: [`rm ${own.state}/below/other`, `${own.state}/below/other removed`],
    directory: [`rmdir ${own.state}/below`, `${own.state}/below removed`],
    pin: [`rm ${onePin}`, `${onePin} removed`],
  };
  for (const [script] of Object.values(deeds)) await output("/bin/sh", "-c", script);
  await output(
    "/bin/sh",
    "-c",
    `cat ${own.rules} ${own.state}/* >/dev/null; cd ${
      own.at("elsewhere")
    } && touch own-rules.xml below && rm *`,
  );
  await sensor.stop();
  const told = tamperings(file);
  for (const [name, [, ...expected]] of Object.entries(deeds)) {
    await t.step(name, () => {
      for (const words of expected) {
        const found = told.filter((one) => one.startsWith(`${words}, by /`));
        assert.equal(found.length, 1, told.join("\n"));
      }
    });
  }
  await t.step("reading them, and files of the same names elsewhere, is nothing", () => {
    const expected = Object.values(deeds).flatMap(([, ...words]) => words);
    assert.equal(told.length, expected.length, told.join("\n"));
  });
});

captureTest("a reload leaves no moment in which its files are not watched", async () => {
  const [RELOADS, FOLDERS] = [20, 200];
  using own = new Own();
  for (let folder = 0; folder < FOLDERS; folder++) Deno.mkdirSync(`${own.state}/${folder}`);
  const file = own.at("events.json");
  await using sensor = await Sensor.start(own.args(file));
  const script = `trap "stop=1" TERM; n=0
    while [ -z "$stop" ]; do : >>${own.state}/below/other; n=$((n+1)); done; echo $n`;
  const writer = new Deno.Command("/bin/sh", { args: ["-c", script], stdout: "piped" }).spawn();
  for (let reloads = 1; reloads <= RELOADS; reloads++) {
    sensor.signal("SIGHUP");
    await until("a reload", () => eventsOf(file, ({ EventID }) => EventID === 16).length > reloads);
  }
  writer.kill("SIGTERM");
  const written = Number(new TextDecoder().decode((await writer.output()).stdout));
  const status = await monomi("status", "--json", "--control", own.at("control/socket"));
  await sensor.stop();
  assert.ok(written > 0);
  assert.equal(JSON.parse(status.stdout).protection.seen, written);
});

captureTest("it refuses when asked to, or says once why not and sees all the same", async () => {
  using own = new Own();
  const file = own.at("events.json");
  await using sensor = await Sensor.start([...own.args(file), "--protect"]);
  sensor.signal("SIGHUP");
  await until("a reload", () => eventsOf(file, ({ EventID }) => EventID === 16).length > 1);
  // Where it is refused it fails.
  await output("/bin/chmod", "0700", own.state).catch(() => {});
  const status = await monomi("status", "--json", "--control", own.at("control/socket"));
  const { stderr } = await sensor.stop();
  const { refusing, complaints, refused } = JSON.parse(status.stdout).protection;
  const told = eventsOf(file, ({ ID }) => ID === "Protection");
  assert.deepEqual(told.map(({ Description }) => Description), complaints);
  for (const complaint of complaints) assert.ok(stderr.includes(`warning: ${complaint}`), stderr);
  assert.equal(complaints.length, refusing ? 0 : 1);
  assert.equal(refused, refusing ? 1 : 0);
  const [deed, ...more] = tamperings(file);
  const words = `${refusing ? "refused: " : ""}${own.state} given other permissions`;
  assert.ok(deed.startsWith(words) && more.length === 0, deed);
});

captureTest("what comes in the place of a file that was moved away is told", async (t) => {
  using own = new Own();
  const file = own.at("events.json");
  const evil = own.at("evil");
  Deno.copyFileSync(config("processes.xml"), evil);
  await using sensor = await Sensor.start(own.args(file));
  const follower = new EventFollower(file);
  const isTold = (words: string, program: string) => {
    const start = `${words}, by /`;
    return follower.find(({ Description }) =>
      String(Description).startsWith(start) && String(Description).includes(`/${program} (process `)
    ) !== undefined;
  };
  const { rules, state } = own;
  const replacements: Readonly<Record<string, readonly [script: string, made: string]>> = {
    cp: [`cp ${evil} ${rules}`, `${rules} opened for writing`],
    ln: [`mv ${rules} ${rules}.old; ln ${evil} ${rules}`, `${rules} made`],
    mkfifo: [`rm ${rules}; mkfifo ${rules}`, `${rules} made`],
    touch: [`rm ${rules}; mkdir ${rules}; touch ${rules}/x`, `${rules}/x opened for writing`],
    mkdir: [`mv ${state} ${state}.old; mkdir ${state}`, `${state} made`],
  };
  await output("/bin/sh", "-c", `mv ${rules} ${rules}.old`);
  await until("the moving away", () => isTold(`${rules} renamed or replaced`, "mv"));
  for (const [program, [script, made]] of Object.entries(replacements)) {
    await t.step(script.replaceAll(own.at(""), ""), async () => {
      await output("/bin/sh", "-c", script);
      await until(made, () => isTold(made, program));
    });
  }
  await t.step("which is protected from then on", async () => {
    const told = `${state}/new opened for writing`;
    await until(told, async () => {
      await output("/bin/sh", "-c", `: >${state}/new`);
      return isTold(told, "sh") || isTold(told, "dash");
    });
  });
  await sensor.stop();
});

captureTest("who had the sensor stop is in its last event", async () => {
  using own = new Own();
  const files = [own.at("ordinary.json"), own.at("stranger.json")];
  await using first = await Sensor.start(own.args(files[0]));
  const status = await monomi("status", "--json", "--control", own.at("control/socket"));
  assert.deepEqual(JSON.parse(status.stdout).protection, {
    refusing: false,
    complaints: [],
    seen: 0,
    refused: 0,
  });
  await first.stop();
  await using second = await Sensor.start(own.args(files[1]));
  await output("/bin/kill", String(second.pid));
  const { code, stderr } = await second.end();
  assert.equal(code, 0);
  const [ordinary, stranger] = files.map((file) => eventsOf(file).at(-1)!);
  assert.deepEqual([ordinary.EventID, ordinary.State], [4, "Stopped"]);
  assert.ok(String(ordinary.Actor).includes(`(process ${Deno.pid}, `), String(ordinary.Actor));
  assert.deepEqual(tamperings(files[0]), []);
  assert.match(String(stranger.Actor), /\/kill \(process \d+, \{/);
  assert.match(stderr, /^monomi: stopped by \S*\/kill \(process/m);
  const [told, ...more] = tamperings(files[1]);
  assert.match(told, /^SIGTERM to the sensor \(process \d+\), by \S*\/kill \(/);
  assert.deepEqual(more, []);
});

captureTest("who killed the sensor is told by the next one", async () => {
  using own = new Own();
  await using first = await Sensor.start(own.args(own.at("first.json")));
  const { stdout } = await new Deno.Command("/bin/sh", {
    args: ["-c", `echo $$; exec /bin/kill -KILL ${first.pid}`],
  }).output();
  const killer = Number(new TextDecoder().decode(stdout));
  assert.equal((await first.end()).signal, "SIGKILL");
  const file = own.at("second.json");
  await using second = await Sensor.start(own.args(file));
  const follower = new EventFollower(file);
  await until("the killer", () => follower.find(isTampering) !== undefined);
  await second.stop();
  const told = tamperings(file);
  const expected = new RegExp(
    `^SIGKILL to the sensor \\(process ${first.pid}\\), by \\S*/kill \\(process ${killer}, `,
  );
  assert.ok(told.length === 1 && expected.test(told[0]), told.join("\n"));
});
