/** The single file for Windows, under Wine, says byte for byte what the one for Linux says. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { CORPUS_CONFIGS, CORPUS_ETL, CORPUS_EVTX } from "../src/testing/corpus.ts";
import { PACKED_FOR_WINE } from "../tasks/windows/paths.ts";
import { windowsPath } from "../tasks/windows/wine.ts";
import { exists, Folder } from "./support/environment.ts";
import { linux, type Outcome, runUnderWine, windows, wineTest } from "./support/wine.ts";

const EVTX = "fixtures/logs/sysmon.evtx";
const RULES = "fixtures/logs/explain.xml";
const NO_CORPUS = exists(fileURLToPath(CORPUS_EVTX)) ? undefined : "../shared/corpus is missing";

/** What a run said, alike on both systems: only how the machine's paths are written may differ. */
function text({ stdout, stderr, code }: Outcome) {
  const withoutSeparators = (said: string) => said.replace(/\\\\|\\/g, "/");
  return {
    code,
    stdout: withoutSeparators(new TextDecoder().decode(stdout)),
    stderr: withoutSeparators(stderr),
  };
}

async function sameText(args: readonly string[]): Promise<void> {
  const expected = text(await linux(args));
  assert.deepEqual(text(await windows(args)), expected, args.join(" "));
  assert.ok(expected.stdout.length + expected.stderr.length > 0);
}

async function sameBytes(
  args: readonly string[],
  input?: Uint8Array<ArrayBuffer>,
): Promise<Outcome> {
  const [expected, found] = [await linux(args, input), await windows(args, input)];
  assert.equal(found.code, expected.code, found.stderr);
  assert.ok(expected.stdout.length > 0, expected.stderr);
  assert.ok(equalBytes(found.stdout, expected.stdout), `${args.join(" ")}: other bytes`);
  return found;
}

function equalBytes(some: Uint8Array, others: Uint8Array): boolean {
  return some.length === others.length && some.every((byte, at) => byte === others[at]);
}

wineTest("version, help and schema", async () => {
  for (
    const args of [["--version"], ["help"], ["check", "--help"], ["coverage", "--help"], [
      "schema",
      "all",
    ]]
  ) {
    await sameText(args);
  }
  const version = new TextDecoder().decode((await windows(["--version"])).stdout);
  assert.match(version, /^monomi \d+\.\d+\.\d+\n$/);
});

wineTest("check: valid, surprising and invalid configurations, as text and as JSON", async () => {
  await sameText([
    "check",
    "fixtures/config/valid",
    "fixtures/config/invalid",
    "fixtures/diagnostics",
  ]);
  await sameText(["check", "--json", "fixtures/config/invalid"]);
  await sameText(["check", "--permissive", "fixtures/config/permissive"]);
  await sameText(["check", "no such file.xml"]);
  assert.equal((await windows(["check", "fixtures/config/invalid"])).code, 1);
});

wineTest("show and explain", async () => {
  await sameBytes(["show", RULES]);
  await sameBytes(["show", "--json", RULES]);
  await sameBytes(["show", "--sysmon", RULES]);
  await sameBytes(["explain", RULES, "--event", EVTX]);
  await sameBytes(["explain", RULES, "--event", EVTX, "--json", "--why-not"]);
  await sameBytes(["explain", RULES, "--id", "1", String.raw`Image=C:\Windows\System32\cmd.exe`]);
});

wineTest("replay: a log, its events as JSON and as XML, and a recording of Linux", async () => {
  const json = (await sameBytes(["replay", EVTX])).stdout;
  const xml = (await sameBytes(["replay", EVTX, "--sink", "xml:-"])).stdout;
  await sameBytes(["replay", EVTX, "-c", RULES, "--sink", "pretty:-"]);
  using folder = new Folder();
  for (const [name, bytes] of Object.entries({ "a.json": json, "a.xml": xml })) {
    Deno.writeFileSync(folder.at(name), bytes);
    const expected = (await linux(["replay", folder.at(name)])).stdout;
    const found = (await windows(["replay", windowsPath(folder.at(name))])).stdout;
    assert.ok(expected.length > 0 && equalBytes(found, expected), name);
  }
  await sameBytes(["replay", "-"], Uint8Array.from(json));
  await sameBytes(["replay", "fixtures/records/shell.mrec"]);
});

wineTest("replay: every log of the corpus", async () => {
  const names = Array.from(Deno.readDirSync(CORPUS_EVTX), ({ name }) => name).sort();
  const logs = names.map((name) => `../shared/corpus/evtx/${name}`);
  const { stderr } = await sameBytes(["replay", ...logs]);
  assert.match(stderr, /nothing lost/);
  const rules = "../shared/corpus/configs/swift-sysmonconfig-export.xml";
  await sameBytes(["replay", ...logs, "-c", rules, "--sink", "xml:-"]);
}, NO_CORPUS);

wineTest("replay: a trace of the corpus", async () => {
  const name = fileURLToPath(new URL("shutdown-kernel-logger.etl", CORPUS_ETL));
  assert.ok(exists(name));
  const found = await sameBytes(["replay", "../shared/corpus/etl/shutdown-kernel-logger.etl"]);
  assert.match(found.stderr, /nothing lost/);
}, NO_CORPUS);

wineTest("check: every configuration of the corpus", async () => {
  assert.ok(exists(fileURLToPath(CORPUS_CONFIGS)));
  await sameText(["check", "../shared/corpus/configs"]);
}, NO_CORPUS);

wineTest("wrong usage and posing as the launcher have their exit codes", async () => {
  await sameText(["no-such-command"]);
  await sameText(["check", "--no-such-option"]);
  await sameText(["--monomi-native=C:/x.dll", "check"]);
});

wineTest("nothing in the environment steers the runtime", async () => {
  const env = { DENO_V8_FLAGS: "--help", NODE_OPTIONS: "--inspect", DENO_DIR: "Z:\\nowhere" };
  const { code, stdout, stderr } = await runUnderWine(PACKED_FOR_WINE, ["--version"], { env });
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(new TextDecoder().decode(stdout), /^monomi /);
});

wineTest("rules see the machine's places, not the caller's variables", async () => {
  using folder = new Folder();
  const rules = folder.at("rules.xml");
  Deno.writeTextFileSync(
    rules,
    `<Sysmon schemaversion="4.90"><EventFiltering><ProcessCreate onmatch="include">
      <Image condition="is">%ProgramFiles%\\a.exe</Image><Image condition="is">%MINE%.exe</Image>
    </ProcessCreate></EventFiltering></Sysmon>`,
  );
  const env = { MINE: "C:\\mine" };
  const explained = async (image: string) => {
    const args = ["explain", windowsPath(rules), "--id", "1", `Image=${image}`];
    return (await runUnderWine(PACKED_FOR_WINE, args, { env })).code;
  };
  assert.equal(await explained("C:\\Program Files\\a.exe"), 0);
  assert.equal(await explained("C:\\mine.exe"), 1);
});

wineTest("a damaged file is refused with the damaged part", async () => {
  using folder = new Folder();
  const bytes = Deno.readFileSync(PACKED_FOR_WINE);
  const damaged = folder.at("damaged.exe");
  bytes[bytes.length >> 1] ^= 1;
  Deno.writeFileSync(damaged, bytes);
  const altered = await runUnderWine(damaged, ["--version"]);
  assert.equal(altered.code, 3);
  assert.match(
    altered.stderr,
    /^monomi: this file is damaged: the piece of its runtime at byte \d+ /,
  );
  Deno.truncateSync(damaged, bytes.length - 1);
  const cut = await runUnderWine(damaged, ["--version"]);
  assert.equal(cut.code, 3);
  assert.match(cut.stderr, /carries no program behind the launcher/);
});

wineTest("several starts at once", async () => {
  const starts = await Promise.all(Array.from({ length: 4 }, () => windows(["--version"])));
  assert.deepEqual(starts.map(({ code }) => code), [0, 0, 0, 0]);
});
