/**
 * The service of Windows, under Wine: its service control manager starts, stops and reconfigures the
 * single file, whose events come from native/windows/fake-etw.
 */
import assert from "node:assert/strict";
import { eventProvider } from "../src/schema/mod.ts";
import { FAKE_TRACING, PACKED_FOR_FAKE, WINDOWS_BUILD } from "../tasks/windows/paths.ts";
import { endWine, windowsPath, WINE, winePrefix } from "../tasks/windows/wine.ts";
import { exists, Folder } from "./support/environment.ts";
import { type Outcome, runUnderWine, wineTest } from "./support/wine.ts";
import { event, PROVIDER, u32, u64, wide } from "./windows/etw_script.ts";

/** One of its own: a service that a test leaves behind would start with everything under Wine. */
const PREFIX = `${WINDOWS_BUILD}/wine-service`;
const DRIVE = `${PREFIX}/drive_c`;
const MISSING = exists(PACKED_FOR_FAKE)
  ? undefined
  : "run deno task test, which packs build/windows/monomi-fake.exe";

const rules = (inside: string) =>
  `<Sysmon schemaversion="4.90"><EventFiltering>${inside}</EventFiltering></Sysmon>`;
const QUERIES = rules('<DnsQuery onmatch="exclude"/>');
const CONNECTIONS = rules(
  '<NetworkConnect onmatch="include"><Image condition="end with">wanted.exe</Image></NetworkConnect>',
);

/**
 * Windows, as long as it is held: what Wine starts by itself has the outputs of this process, not those
 * of a command, whose end nobody would see while a service runs.
 */
class Windows implements AsyncDisposable {
  readonly #holder: Deno.ChildProcess;

  private constructor(holder: Deno.ChildProcess) {
    this.#holder = holder;
  }

  static async start(): Promise<Windows> {
    if (exists(PREFIX)) {
      await endWine(PREFIX);
      await Deno.remove(PREFIX, { recursive: true });
    }
    const env = await winePrefix(PREFIX);
    const start = (args: string[], stdin: "piped" | "null") =>
      new Deno.Command(WINE, { args, env, stdin, stdout: "null", stderr: "null" }).spawn();
    // Wine waits for a service's first word for 10 s, which a busy machine may take. Unlike Windows it
    // takes the time as text only.
    const control = String.raw`HKLM\System\CurrentControlSet\Control`;
    const value = ["/v", "ServicesPipeTimeout", "/t", "REG_SZ", "/d", "60000"];
    await start(["reg", "add", control, ...value], "null").status;
    await endWine(PREFIX);
    const windows = new Windows(start(["cmd"], "piped"));
    await start(["cmd", "/c", "ver"], "null").status;
    return windows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#holder.stdin.close();
    await endWine(PREFIX);
    await this.#holder.status;
  }
}

/** One instance, by its name, in Wine's Windows. */
class Instance implements Disposable {
  readonly #folder = new Folder();
  readonly name: string;
  readonly program: string;
  readonly data: string;
  readonly #variables: string;

  constructor(name: string, ...script: string[]) {
    this.name = name;
    this.program = this.#folder.at(`${name}.exe`);
    this.data = `${DRIVE}/ProgramData/${name}`;
    this.#variables = `${DRIVE}/windows/${name}.env`;
    Deno.linkSync(PACKED_FOR_FAKE, this.program);
    Deno.writeTextFileSync(this.#folder.at("script"), script.join("\n"));
    const variables = {
      MONOMI_ETW_LIBRARY: `${FAKE_TRACING}/fake_etw.dll`,
      MONOMI_FAKE_ETW: this.#folder.at("script"),
      MONOMI_FAKE_ETW_LOG: this.#folder.at("calls"),
    };
    const lines = Object.entries(variables).map(([key, path]) => `${key}=${windowsPath(path)}`);
    Deno.writeTextFileSync(this.#variables, lines.join("\n"));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#variables);
    if (exists(this.data)) Deno.removeSync(this.data, { recursive: true });
    this.#folder[Symbol.dispose]();
  }

  file(name: string, content: string): string {
    Deno.writeTextFileSync(this.#folder.at(name), content);
    return windowsPath(this.#folder.at(name));
  }

  /** What was asked of Windows' tracing, one call a line. */
  get calls(): string[] {
    return Deno.readTextFileSync(this.#folder.at("calls")).trim().split("\n");
  }

  get events(): Record<string, unknown>[] {
    const text = Deno.readTextFileSync(`${this.data}/logs/events.json`);
    return text.trim().split("\n").map((line) => JSON.parse(line));
  }

  async run(...args: string[]): Promise<Outcome & { said: string }> {
    const outcome = await runUnderWine(this.program, args, { prefix: PREFIX });
    return { ...outcome, said: new TextDecoder().decode(outcome.stdout) + outcome.stderr };
  }

  /** As `sc query` says it, or undefined when there is no such service. */
  async state(): Promise<string | undefined> {
    const { stdout } = await runUnderWine("sc", ["query", this.name], { prefix: PREFIX });
    return /STATE +: \d +(\w+)/.exec(new TextDecoder().decode(stdout))?.[1];
  }
}

/** Runs a test with an instance; when it fails, what the service said is told. */
async function withInstance(
  name: string,
  script: readonly string[],
  test: (instance: Instance) => Promise<void>,
): Promise<void> {
  using instance = new Instance(name, ...script);
  try {
    await test(instance);
  } catch (error) {
    const log = `${instance.data}/logs/service.log`;
    console.error(exists(log) ? Deno.readTextFileSync(log) : `there is no ${log}`);
    throw error;
  }
}

const answer = event(
  PROVIDER.dns,
  3008,
  { pid: 40_004 },
  wide("first.example.org"),
  u32(1),
  u64(0),
  u32(0),
  wide("::1;"),
);

/** Installed, reloaded, upgraded, uninstalled. */
async function life(instance: Instance): Promise<void> {
  const { data } = instance;
  const queries = instance.file("queries.xml", QUERIES);

  const nothing = await instance.run("uninstall");
  assert.equal(nothing.code, 1, nothing.said);
  const file = "json:C:\\ProgramData\\wineservice\\logs\\events.json";
  const sinks = ["--sink", file, "--sink", "xml:eventlog"];
  const installed = await instance.run("install", "-c", queries, ...sinks);
  assert.equal(installed.code, 0, installed.said);
  assert.match(installed.said, /C:\\windows\\wineservice\.exe/i);
  assert.equal(await instance.state(), "RUNNING");
  const channel = ["dll", "man"].map((end) => `${DRIVE}/windows/wineservice-events.${end}`);
  assert.deepEqual(channel.filter(exists), channel, installed.said);
  assert.deepEqual(instance.events.map(({ EventID }) => EventID).slice(0, 2), [16, 4]);

  const connections = await instance.run("reload", instance.file("connections.xml", CONNECTIONS));
  assert.equal(connections.code, 0, connections.said);
  assert.ok(instance.events.some(({ QueryName }) => QueryName === "first.example.org"));
  const shown = await instance.run("-c");
  assert.deepEqual([shown.code, /wanted\.exe/.test(shown.said)], [0, true], shown.said);
  const invalid = await instance.run("reload", instance.file("invalid.xml", "<Sysmon>"));
  assert.equal(invalid.code, 1, invalid.said);
  Deno.writeTextFileSync(`${data}/config/config.xml`, "<Sysmon>");
  const refused = await instance.run("reload");
  assert.equal(refused.code, 1, refused.said);
  assert.match(refused.said, /config\.xml:1:\d+: error: /);
  assert.equal(await instance.state(), "RUNNING");

  const upgraded = await instance.run("-i", queries);
  assert.equal(upgraded.code, 0, upgraded.said);
  assert.equal(await instance.state(), "RUNNING");
  const states = instance.events.filter(({ EventID }) => EventID === 4).map(({ State }) => State);
  assert.deepEqual(states, ["Started", "Stopped", "Started"]);

  const removed = await instance.run("uninstall");
  assert.equal(removed.code, 0, removed.said);
  assert.equal(await instance.state(), undefined);
  assert.ok(!exists(`${DRIVE}/windows/wineservice.exe`));
  assert.deepEqual([...Deno.readDirSync(data)].map(({ name }) => name), ["logs"]);
  assert.deepEqual(channel.filter(exists), []);
  const ofProvider = instance.calls.filter((call) => /^Event[RWU]/.test(call));
  const { guid } = eventProvider("wineservice");
  assert.equal(ofProvider[0], `EventRegister ${guid.toUpperCase()}`);
  assert.deepEqual(
    ofProvider.filter((call) => call.startsWith("EventWrite")).map((call) => call.split(" ")[1]),
    instance.events.map(({ EventID }) => String(EventID)),
  );
  const ofTrace = instance.calls.filter((call) => !ofProvider.includes(call));
  assert.deepEqual(ofTrace.slice(-2), ["CloseTrace ", "ControlTraceW wineservice 1"]);
}

/** What is not there, and what is somebody else's. */
async function refusals(instance: Instance): Promise<void> {
  const cases: [args: string[], code: number, says: RegExp][] = [
    [["-c"], 87, /Sysmon is not installed on this computer/],
    [["-c", "--"], 87, /Sysmon is not installed/],
    [["reload"], 3, /winemissing is not running/],
    [["-u"], 0, /Sysmon stopped\./],
  ];
  await Promise.all(cases.map(async ([args, code, says]) => {
    const { code: found, said } = await instance.run(...args);
    assert.equal(found, code, said);
    assert.match(said, says);
  }));
  const theirs = `${DRIVE}/windows/winemissing.exe`;
  Deno.writeTextFileSync(theirs, "theirs");
  try {
    const { code, said } = await instance.run("install");
    assert.equal(code, 3, said);
    assert.match(said, /winemissing\.exe is there already, and is no service/);
    assert.equal(Deno.readTextFileSync(theirs), "theirs");
  } finally {
    Deno.removeSync(theirs);
  }
}

/** A sensor that cannot start leaves nothing behind. */
async function failure(instance: Instance): Promise<void> {
  const { code, said } = await instance.run("install");
  assert.equal(code, 3, said);
  assert.match(said, /the sensor ended with 3/);
  assert.match(said, /StartTraceW of session "winefailing" failed with error 5/);
  assert.equal(await instance.state(), undefined);
  assert.ok(!exists(instance.data));
  assert.ok(!exists(`${DRIVE}/windows/winefailing.exe`));
}

wineTest("the service lives, refuses and fails as it should", async () => {
  await using _ = await Windows.start();
  await withInstance("winemissing", [], refusals);
  await withInstance("wineservice", [`await ${PROVIDER.dns} 3008`, answer], life);
  await withInstance("winefailing", ["fail StartTraceW 5"], failure);
}, MISSING);
