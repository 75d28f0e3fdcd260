/**
 * All modules of sysmon-modular, merged, do what upstream's own merged files do, but for the
 * differences that docs/merge.md explains.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Condition, Config, RuleNode } from "../config/mod.ts";
import { loadConfig } from "../config/mod.ts";
import { writeXml } from "../config/write/xml.ts";
import type { Event } from "../events/event.ts";
import { compileRules } from "../rules/mod.ts";
import { isEvent, readEventLog } from "../sources/logs/mod.ts";
import { builtNative } from "../sources/testing.ts";
import { CORPUS_CONFIGS, CORPUS_EVTX, corpusTest } from "../testing/corpus.ts";
import { filesEndingIn, xmlFiles } from "../testing/files.ts";
import { Random, seedOfThisRun } from "../testing/random.ts";
import { mergeConfigs, readModule } from "./mod.ts";
import { EventMaker } from "./modular_events.ts";
import { namesOf, signatureOf } from "./signature.ts";

const MODULES = new URL("modular/", CORPUS_CONFIGS);
const GENERATED = 100_000;
const USUAL_SEED = 20_261_122;

/** Sysmon ignores it: it has no EventFiltering. Upstream's script takes RuleGroups anywhere. */
const IGNORED = "11_file_create/include_cve_2021_40444.xml";

function load(bytes: Uint8Array, name: string): Config {
  const { config, diagnostics } = loadConfig(bytes, name);
  assert.ok(config, diagnostics.find(({ severity }) => severity === "error")?.message);
  return config;
}

/** The modules merged, without those in folders that begin with `leftOut`. */
function merged(leftOut?: string): Config {
  const inputs = [...xmlFiles(MODULES)]
    .filter(({ path }) => path !== IGNORED && !(leftOut && path.startsWith(leftOut)))
    .map(({ url, path }) => {
      const { input } = readModule(Deno.readFileSync(url), path, path);
      assert.ok(input, path);
      return input;
    });
  const { document } = mergeConfigs(inputs);
  assert.ok(document);
  return load(new TextEncoder().encode(writeXml(document)), "merged.xml");
}

type Item = Condition | RuleNode;
type Keys = ReadonlyMap<string, number>;

/** What a rule says, and its names where they can be reported. */
function keyOf(element: Config["elements"][number], item: Item): string {
  const names = element.onmatch === "include" ? namesOf(item) : "";
  return `${element.tag} ${element.onmatch} ${signatureOf(item)}${names}`;
}

function keysOf(config: Config): Keys {
  const counts = new Map<string, number>();
  for (const element of config.elements) {
    assert.ok(element.items.length < 2 || element.combination === "or");
    for (const item of element.items) {
      const key = keyOf(element, item);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

/** The rules that both have. */
function common(config: Config, other: Keys): Config {
  const elements = config.elements.map((element) => ({
    ...element,
    items: element.items.filter((item) => other.has(keyOf(element, item))),
  }));
  return { ...config, elements };
}

/** How many rules only the first has, by event and onmatch. */
function onlyIn(a: Keys, b: Keys): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of a.keys()) {
    const element = key.split(" ", 2).join(" ");
    if (!b.has(key)) counts[element] = (counts[element] ?? 0) + 1;
  }
  return counts;
}

interface Difference {
  readonly event: Event;
  /** RuleNames, undefined where the event is dropped. */
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
}

function compare(ours: Config, theirs: Config, events: readonly Event[]): Difference[] {
  const [a, b] = [compileRules(ours), compileRules(theirs)];
  return events
    .map((event) => ({ event, ours: a.evaluate(event), theirs: b.evaluate(event) }))
    .filter((difference) => difference.ours !== difference.theirs);
}

/** Logs what some rule matches that only one of both has. */
function differingRules(ours: Config, ourKeys: Keys, theirs: Config, theirKeys: Keys): Config {
  const without = (config: Config, other: Keys) =>
    config.elements.map((element) => ({
      ...element,
      onmatch: "include" as const,
      items: element.items.filter((item) => !other.has(keyOf(element, item))),
    }));
  return { ...ours, elements: [...without(ours, theirKeys), ...without(theirs, ourKeys)] };
}

async function recordedEvents(): Promise<Event[]> {
  const native = builtNative();
  const events: Event[] = [];
  for (const { url } of filesEndingIn(".evtx", CORPUS_EVTX)) {
    for await (const item of await readEventLog(fileURLToPath(url), { native: () => native })) {
      if (isEvent(item)) events.push(item.event);
    }
  }
  return events;
}

function generatedEvents(configs: readonly Config[]): Event[] {
  const maker = new EventMaker(configs, new Random(seedOfThisRun(USUAL_SEED)));
  return Array.from({ length: GENERATED }, () => maker.next());
}

const UPSTREAM = [
  { file: "modular-sysmonconfig.xml", leftOut: "23_file_delete/" },
  { file: "modular-with-filedelete.xml", leftOut: undefined },
];

/** Rules that only one side has: modules changed since upstream merged them; see docs/merge.md. */
const ONLY_OURS = {
  "ProcessCreate include": 1,
  "ImageLoad include": 1,
  "ProcessAccess include": 1,
  "FileCreate include": 1,
  "RegistryEvent include": 20,
  "PipeEvent include": 3,
};
const ONLY_THEIRS = {
  "ProcessCreate include": 1,
  "ProcessAccess include": 1,
  "FileCreate include": 1,
  "RegistryEvent include": 20,
  "PipeEvent include": 3,
};

function summary(differences: readonly Difference[]): string {
  const count = (test: (difference: Difference) => boolean) => differences.filter(test).length;
  return `${count(({ theirs }) => theirs === undefined)} logged by the modules only, ` +
    `${count(({ ours }) => ours === undefined)} by upstream's file only, ` +
    `${count(({ ours, theirs }) => ours !== undefined && theirs !== undefined)} with other names`;
}

for (const { file, leftOut } of UPSTREAM) {
  corpusTest(`the merged modules and ${file} differ in nothing but known rules`, async () => {
    const ours = merged(leftOut);
    const theirs = load(Deno.readFileSync(new URL(file, CORPUS_CONFIGS)), file);
    const [ourKeys, theirKeys] = [keysOf(ours), keysOf(theirs)];
    assert.deepEqual(onlyIn(ourKeys, theirKeys), ONLY_OURS);
    assert.deepEqual(onlyIn(theirKeys, ourKeys), ONLY_THEIRS);

    const recorded = await recordedEvents();
    assert.ok(recorded.length > 300, `only ${recorded.length} recorded events`);
    assert.deepEqual(compare(ours, theirs, recorded), []);

    const generated = generatedEvents([ours, theirs]);
    const rules = compileRules(theirs);
    const logged = generated.filter((event) => rules.evaluate(event) !== undefined).length;
    assert.ok(logged > GENERATED / 4 && logged < GENERATED * 3 / 4, `${logged} are logged`);
    const differences = compare(ours, theirs, generated);
    console.log(
      `${GENERATED} events, ${logged} logged by upstream's file; ${summary(differences)}`,
    );
    const known = compileRules(differingRules(ours, ourKeys, theirs, theirKeys));
    const unexplained = differences.filter(({ event }) => known.evaluate(event) === undefined);
    console.log(`${unexplained.length} of these for the order of RuleGroups`);
    assert.deepEqual(unexplained.filter((one) => !isOfNamedGroup(one)), []);

    const core = compare(common(ours, theirKeys), common(theirs, ourKeys), generated);
    assert.deepEqual(core.filter((one) => !isOfNamedGroup(one)), []);
  });
}

/** Rules of a RuleGroup with a name are an element of their own, upstream's are in the only one. */
function isOfNamedGroup({ event, ours, theirs }: Difference): boolean {
  return event.definition.tag === "NetworkConnect" && ours !== undefined && theirs !== undefined &&
    [ours, theirs].includes("technique_id=T1571,technique_name=Non-Standard Port");
}
