/**
 * The matcher: configurations that people use, a realistic mix of events, compiled against the
 * plain interpreter, and with ten times the rules.
 */

import { loadConfig } from "../../../src/config/mod.ts";
import type { Config } from "../../../src/config/model.ts";
import type { Event } from "../../../src/events/event.ts";
import { interpret } from "../../../src/rules/interpret.ts";
import { compileRules } from "../../../src/rules/mod.ts";
import { ROOT } from "../../shared/paths.ts";
import { TaskError } from "../../shared/task.ts";
import type { Results } from "../results.ts";
import { LINUX_MIX, linuxValues, makeEvents, valuesInLogs, WINDOWS_MIX } from "./events.ts";
import { countConditions, multiply } from "./multiply.ts";
import { measureRate } from "./rates.ts";

const CORPUS = `${ROOT}/../shared/corpus`;
/** Configurations by the name of their benchmark in the results. */
export const CONFIGURATIONS = [
  { name: "rules: swift", file: "swift-sysmonconfig-export.xml", system: "windows" },
  { name: "rules: modular", file: "modular-sysmonconfig.xml", system: "windows" },
  { name: "rules: mstic", file: "mstic-linux/main.xml", system: "linux" },
] as const;

/** Ways to decide, in the order in which a round goes through them. */
export const MATCHERS = ["interpreter", "compiled", "ten-fold"] as const;

const SEED = 20_261_122;
const EVENTS = 20_000;
/** The interpreter is that much slower. */
const EVENTS_FOR_INTERPRETER = 2_000;
const MILLISECONDS = 400;
const TIMES = 10;

/** Measures every matcher once a round, side by side. @throws {Deno.errors.NotFound} without corpus */
export async function runRules(
  rounds: number,
  scale: number,
  results: Results,
  say: (text: string) => void,
): Promise<void> {
  const events = await eventsBySystem();
  for (const { name, file, system } of CONFIGURATIONS) {
    say(name);
    const config = await load(`${CORPUS}/configs/${file}`);
    const tenfold = multiply(config, TIMES, SEED);
    results.add(name, "compiled", 0, { conditions: countConditions(config) });
    results.add(name, "ten-fold", 0, { conditions: countConditions(tenfold) });
    const compiled = compileRules(config);
    const compiledTenfold = compileRules(tenfold);
    const deciders: Record<typeof MATCHERS[number], (event: Event) => string | undefined> = {
      interpreter: (event) => interpret(config, event),
      compiled: (event) => compiled.evaluate(event),
      "ten-fold": (event) => compiledTenfold.evaluate(event),
    };
    for (let round = 1; round <= rounds; round++) {
      for (const matcher of MATCHERS) {
        const count = matcher === "interpreter" ? EVENTS_FOR_INTERPRETER : EVENTS;
        const sample = events[system].slice(0, count);
        const { perSecond, logged } = measureRate(deciders[matcher], sample, MILLISECONDS * scale);
        results.add(name, matcher, round, {
          rate_per_s: Math.round(perSecond),
          logged_share: logged / sample.length,
        });
      }
    }
  }
}

async function eventsBySystem() {
  return {
    windows: makeEvents(WINDOWS_MIX, await valuesInLogs(`${CORPUS}/evtx`), EVENTS, SEED),
    linux: makeEvents(LINUX_MIX, linuxValues(), EVENTS, SEED),
  };
}

async function load(path: string): Promise<Config> {
  const { config } = loadConfig(await Deno.readFile(path), path);
  if (config === undefined) throw new TaskError(`${path} is refused`);
  return config;
}
