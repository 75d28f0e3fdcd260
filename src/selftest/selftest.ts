/**
 * Does the sensor see, on this host, what it promises to see? Provokes each event and waits for it.
 */
import { compileBlocking } from "../blocking/mod.ts";
import type { Event } from "../events/event.ts";
import { Hasher } from "../hashing/mod.ts";
import { compilePolicy, type Policy } from "../sensor/policy.ts";
import { Sensor } from "../sensor/sensor.ts";
import { EVENT_TAGS } from "../schema/mod.ts";
import { eventById } from "../schema/events.ts";
import { loadConfig } from "../config/mod.ts";
import { escapeMarkup } from "../output/markup.ts";
import type { SinkSet } from "../sinks/mod.ts";
import type { LiveSource } from "../sources/live_source.ts";
import type { Native } from "../sources/native.ts";
import type { ProgramFigures } from "../sources/native_answers.ts";

/** How one event fared. `missing` is the one that must not happen. */
export type Verdict = "seen" | "missing" | "not provoked" | "not captured";

/** A kernel program and the hooks that it is attached to. */
export type Watcher = Pick<ProgramFigures, "name" | "hooks">;

/** The result for one event. */
export interface Finding {
  readonly event: number;
  readonly name: string;
  /** What was done. */
  readonly what: string;
  readonly verdict: Verdict;
  /** The attached kernel programs that can see it, and where they are. */
  readonly programs: readonly Watcher[];
  /** From the provocation's begin to the sink, in milliseconds. */
  readonly milliseconds?: number;
  /** Why it was not provoked or is not captured. */
  readonly reason?: string;
}

/** What a self-test needs to know beforehand. */
export interface SelftestOptions {
  /** A private folder, empty but for a kernel module to be loaded, `module`, if there is one. */
  readonly directory: string;
  /** How long an event may take. */
  readonly patienceMs: number;
  readonly ringBytes: number;
  readonly maxArguments: number;
}

/** Who did it, or, of the event that has no process, what was loaded. */
const DRIVER_LOAD = 6;
const FIELDS_OF_ACTORS = ["ProcessId", "SourceProcessId", "ImageLoaded"];

/** Captures everything, provokes each event in turn and says what was seen. */
export async function selftest(
  native: Native,
  source: LiveSource,
  options: SelftestOptions,
): Promise<Finding[]> {
  const collector = new Collector();
  const sensor = new Sensor(native, source, everything(native, options.directory), collector);
  sensor.open({ ...options, name: "selftest" });
  const running = sensor.run();
  try {
    const { programs } = native.stats();
    const findings: Finding[] = [];
    for (const { event, what } of native.provocations()) {
      const name = eventById(event)!.name;
      const finding = { event, name, what, programs: watchersOf(event, programs) };
      if (finding.programs.length === 0) {
        findings.push({ ...finding, verdict: "not captured", reason: reasonOf(event, sensor) });
        continue;
      }
      const begin = performance.now();
      const { pid, blocked } = await native.provoke(event, options.directory);
      if (blocked !== undefined) {
        findings.push({ ...finding, verdict: "not provoked", reason: blocked });
        continue;
      }
      const who = event === DRIVER_LOAD ? `${Deno.realPathSync(options.directory)}/module` : pid;
      const at = await collector.arrival(event, who, options.patienceMs);
      findings.push(
        at === undefined
          ? { ...finding, verdict: "missing" }
          : { ...finding, verdict: "seen", milliseconds: at - begin },
      );
    }
    return findings;
  } finally {
    sensor.stop();
    await running;
    await sensor.close();
  }
}

/** A deletion is one event or the other; denied is nothing but the self-test's own doing. */
const NOT_LOGGED: ReadonlySet<string> = new Set([
  "FileDelete",
  "FileBlockExecutable",
  "FileBlockShredding",
]);

/** A configuration that logs every event that harms nobody. */
function everything(native: Native, directory: string): Policy {
  const tags = EVENT_TAGS.filter((tag) => !NOT_LOGGED.has(tag));
  const logged = tags.map((tag) => `<${tag} onmatch="exclude"/>`).join("");
  const own = escapeMarkup(Deno.realPathSync(directory));
  const elements = `${logged}
    <FileBlockExecutable onmatch="include">
      <TargetFilename condition="is">${own}/denied</TargetFilename>
    </FileBlockExecutable>
    <FileBlockShredding onmatch="include">
      <TargetFilename condition="is">${own}/ready</TargetFilename>
    </FileBlockShredding>`;
  const xml =
    `<Sysmon schemaversion="4.90"><HashAlgorithms>SHA256</HashAlgorithms><EventFiltering>${elements}</EventFiltering></Sysmon>`;
  const { config } = loadConfig(new TextEncoder().encode(xml), "selftest", { permissive: true });
  const hasher = new Hasher(native.hash.bind(native), {
    algorithms: config!.options.hashAlgorithms,
  });
  const blocking = compileBlocking(config!, new Map());
  return compilePolicy(config!, { name: "selftest", hash: "-" }, hasher, undefined, blocking);
}

function reasonOf(event: number, sensor: Sensor): string {
  const { tag } = eventById(event)!;
  const { tags = [], reason } = sensor.blocking ?? {};
  return reason !== undefined && tags.some((blocked) => blocked === tag)
    ? reason
    : "no hook for it here";
}

function watchersOf(event: number, programs: readonly ProgramFigures[]): Watcher[] {
  return programs.filter((program) => program.events.includes(event))
    .map(({ name, hooks }) => ({ name, hooks }));
}

/** A sink that remembers when the events of which processes came. */
class Collector implements SinkSet {
  readonly broken = new Promise<string>(() => {});
  readonly #arrivals = new Map<string, number>();
  #waiting: { readonly key: string; resolve(at: number): void } | undefined;

  write(events: readonly Event[], count: number): void {
    const now = performance.now();
    for (const { definition, values } of events.slice(0, count)) {
      for (const name of FIELDS_OF_ACTORS) {
        const index = definition.fieldIndex.get(name);
        if (index === undefined) continue;
        const key = `${definition.id} ${values[index]}`;
        this.#arrivals.set(key, now);
        if (this.#waiting?.key === key) this.#waiting.resolve(now);
      }
    }
  }

  /** When an event of a process or module came, or undefined when it does not within `patienceMs`. */
  arrival(
    event: number,
    who: number | string,
    patienceMs: number,
  ): Promise<number | undefined> {
    const key = `${event} ${who}`;
    const before = this.#arrivals.get(key);
    if (before !== undefined) return Promise.resolve(before);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), patienceMs);
      this.#waiting = {
        key,
        resolve: (at) => {
          clearTimeout(timer);
          resolve(at);
        },
      };
    });
  }

  ready(): undefined {}
  flush(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
  counters() {
    return [];
  }
}
