/** `monomi explain FILE --event EVENT`: is this event logged, and why? */
import type { Config } from "../config/mod.ts";
import {
  COLORED,
  type Explained,
  explanationToJson,
  PLAIN,
  renderExplanation,
  renderVerdict,
  type Style,
} from "../explain/mod.ts";
import { explainEvent, nearestInclude, type RuleOptions } from "../rules/mod.ts";
import type { Native } from "../sources/native.ts";
import { wantsColor } from "../output/color.ts";
import { jsonLine } from "../output/json.ts";
import type { Command } from "./command.ts";
import { readConfiguration } from "./configuration.ts";
import { type GivenEvent, openEvents } from "./explain_events.ts";
import { describePlace } from "./log_problems.ts";
import { dropPermissions } from "./permissions.ts";
import { Exit, readArguments, UsageError } from "./usage.ts";

/** What is asked about every event. */
interface Question {
  readonly config: Config;
  readonly rules: RuleOptions;
  readonly whyNot: boolean;
}

async function explainEvents(args: string[], load: () => Native): Promise<number> {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: {
      "event": { type: "string", short: "e" },
      "id": { type: "string" },
      "record": { type: "string" },
      "why-not": { type: "boolean", default: false },
      "compatible-names": { type: "boolean" },
      "image-separator": { type: "string" },
      "permissive": { type: "boolean" },
      "json": { type: "boolean" },
    },
  });
  const [file, ...pairs] = positionals;
  if (file === undefined) throw new UsageError("give a configuration");
  if (file === "-" && values.event === "-") throw new UsageError("- can be given only once");
  const record = recordNumber(values.record);
  const rules = {
    compatibleRuleNames: values["compatible-names"],
    imageSeparator: imageSeparator(values["image-separator"]),
  };
  const style = wantsColor() ? COLORED : PLAIN;
  const config = await readConfiguration(file, { permissive: values.permissive });
  const events = await openEvents({ event: values.event, id: values.id, pairs }, load);
  dropPermissions();
  const question = { config, rules, whyNot: values["why-not"] };
  const wanted = record === undefined ? events : only(record, events);
  const counts = values.json
    ? await printJson(question, wanted)
    : await printText(question, wanted, style);
  const count = counts.logged + counts.dropped;
  if (count === 0) {
    console.error(
      record === undefined
        ? "monomi explain: there is no event of Sysmon to explain"
        : `monomi explain: there is no event ${record} to explain`,
    );
    return Exit.COULD_NOT_RUN;
  }
  return counts.dropped === 0 ? Exit.OK : Exit.NO;
}

interface Counts {
  logged: number;
  dropped: number;
}

/** One line of JSON an event. */
async function printJson(
  question: Question,
  events: AsyncIterable<GivenEvent>,
): Promise<Counts> {
  const counts = { logged: 0, dropped: 0 };
  for await (const given of events) {
    const explained = answer(question, given);
    counts[explained.explanation.logged ? "logged" : "dropped"]++;
    console.log(
      jsonLine(
        explanationToJson(explained, given.from && { file: given.from.file, ...given.from.place }),
      ),
    );
  }
  return counts;
}

/** A single event in full, several with a line each and their numbers. */
async function printText(
  question: Question,
  events: AsyncIterable<GivenEvent>,
  style: Style,
): Promise<Counts> {
  const counts = { logged: 0, dropped: 0 };
  let single: Explained | undefined;
  for await (const given of events) {
    const explained = answer(question, given);
    const isFirst = counts.logged + counts.dropped === 0;
    counts[explained.explanation.logged ? "logged" : "dropped"]++;
    if (isFirst) {
      single = explained;
      continue;
    }
    if (single !== undefined) console.log(renderVerdict(single, style));
    single = undefined;
    console.log(renderVerdict(explained, style));
  }
  if (single !== undefined) {
    console.log(renderExplanation(single, style));
  } else if (counts.logged + counts.dropped > 0) {
    const { logged, dropped } = counts;
    console.log(
      `\n${logged + dropped} events: ${logged} logged, ${dropped} dropped; ` +
        "--record N explains the Nth",
    );
  }
  return counts;
}

function answer({ config, rules, whyNot }: Question, { event, from }: GivenEvent): Explained {
  const explanation = explainEvent(config, event, rules);
  return {
    config,
    event,
    from: from && describePlace(from),
    explanation,
    ...(whyNot && !explanation.logged && {
      whyNot: { nearest: nearestInclude(config, event, rules) },
    }),
  };
}

async function* only(
  record: number,
  events: AsyncIterable<GivenEvent>,
): AsyncGenerator<GivenEvent> {
  let number = 0;
  for await (const given of events) {
    if (++number < record) continue;
    yield given;
    return;
  }
}

function recordNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new UsageError(`"${text}" is no number of an event`);
  return Number(text);
}

function imageSeparator(text: string | undefined): RuleOptions["imageSeparator"] {
  if (text === undefined || text === "/" || text === "\\") return text;
  throw new UsageError(`"${text}" is no image separator; write / or \\`);
}

/** The command. */
export const explain: Command = {
  name: "explain",
  group: "configurations",
  summary: "tell why an event is logged or dropped",
  help: `usage: monomi explain FILE --event EVENT [--record N] [OPTION]…
       monomi explain FILE --id ID [Field=value]… [OPTION]…

Tells whether the configuration FILE logs an event: by which element, rule and condition, under
which RuleName, and what every condition tried made of it.

EVENT is a file with one event or many (EVTX, JSON, XML, syslog), - for standard input, or JSON or
XML itself. ID is an event's id or name (1, ProcessCreate); fields that are not given have no value.

  -e, --event EVENT       the event or events
  --id ID                 the kind of event that the fields behind it are of
  --record N              only the Nth event
  --why-not               of a dropped event: the include that came nearest, and what it missed
  --compatible-names      report RuleNames as Sysmon does, also from rules that finally failed
  --image-separator C     where 'image' cuts a path: / (at both, the default) or \\ (as Sysmon does)
  --permissive            read the configuration as Sysmon for Linux 1.5.2
  --json                  one JSON object a line and event on standard output

exit codes: 0 every event is logged, 1 one is dropped or the configuration is invalid,
2 wrong usage, 3 could not read`,
  run: explainEvents,
};
