/**
 * Which events a tail shows: conditions in the language of the rules, kinds of events, a process and
 * its descendants.
 */
import { escapeUnprintable, quote } from "../config/diagnostics.ts";
import { loadConfig } from "../config/load.ts";
import { hint } from "../config/suggest.ts";
import type { Event } from "../events/event.ts";
import { compileRules } from "../rules/mod.ts";
import { DEFAULT_OPERATOR, EVENTS, type Operator, OPERATORS } from "../schema/mod.ts";
import { type EventTest, RequestError } from "./protocol.ts";

interface Condition {
  readonly field: string;
  readonly operator: Operator;
  readonly value: string;
}

/** Longest first: `contains any` is not `contains` with a value that begins with `any`. */
const BY_LENGTH = OPERATORS.toSorted((a, b) => b.length - a.length);

const FIELDS: ReadonlySet<string> = new Set(
  EVENTS.flatMap(({ tag, fields }) => tag === null ? [] : fields.map(({ name }) => name)),
);

/**
 * Events that meet all `conditions` (`FIELD OPERATOR VALUE`, with the operators and the meaning that
 * they have in rules). An event that lacks one of the fields does not meet them.
 *
 * @throws {RequestError}
 */
export function byConditions(conditions: readonly string[]): EventTest {
  if (conditions.length === 0) return () => true;
  const parsed = conditions.map(parseCondition);
  const tags = new Set(
    EVENTS.filter(({ fieldIndex }) => parsed.every(({ field }) => fieldIndex.has(field)))
      .flatMap(({ tag }) => tag ?? []),
  );
  if (tags.size === 0) {
    const fields = parsed.map(({ field }) => field).join(", ");
    throw new RequestError(`no event has all of the fields ${fields}`);
  }
  const { config, diagnostics } = loadConfig(
    new TextEncoder().encode(configurationOf(tags, parsed)),
    "filter.xml",
  );
  if (config === undefined) {
    const problem = diagnostics.find(({ severity }) => severity === "error");
    throw new RequestError(`the filter is refused: ${problem?.message}`);
  }
  const rules = compileRules(config);
  return (event) => {
    const { tag } = event.definition;
    return tag !== null && tags.has(tag) && rules.evaluate(event) !== undefined;
  };
}

/** `Image contains ssh`, `User is "alice b"`, `Image ssh` (which is `is`). */
function parseCondition(text: string): Condition {
  const [, field = "", rest = ""] = /^\s*(\S+)\s*([^]*?)\s*$/.exec(text) ?? [];
  if (!FIELDS.has(field)) {
    throw new RequestError(
      `there is no field ${quote(field)}${
        hint(field, FIELDS)
      }; write FIELD OPERATOR VALUE, such as ` +
        "Image contains ssh",
    );
  }
  const lower = rest.toLowerCase();
  const operator = BY_LENGTH.find((name) => lower === name || lower.startsWith(`${name} `));
  const value = operator === undefined ? rest : rest.slice(operator.length).trimStart();
  if (value === "") {
    throw new RequestError(
      `${quote(text)} has no value; write FIELD OPERATOR VALUE, such as Image contains ssh`,
    );
  }
  const quoted = /^"([^]*)"$/.exec(value);
  const [word, ...others] = value.split(/\s+/);
  if (operator === undefined && quoted === null && others.length > 0) {
    throw new RequestError(
      `there is no operator ${quote(word)}${hint(word, OPERATORS)}; ` +
        `write FIELD OPERATOR VALUE, such as ${field} ${DEFAULT_OPERATOR} ${
          escapeUnprintable(value)
        }`,
    );
  }
  return { field, operator: operator ?? DEFAULT_OPERATOR, value: quoted?.[1] ?? value };
}

function configurationOf(tags: ReadonlySet<string>, conditions: readonly Condition[]): string {
  const rule = conditions.map(({ field, operator, value }) =>
    `<${field} condition="${operator}">${escapeXml(value)}</${field}>`
  ).join("");
  const groups = [...tags].map((tag) =>
    `<RuleGroup groupRelation="or"><${tag} onmatch="include">` +
    `<Rule groupRelation="and">${rule}</Rule></${tag}></RuleGroup>`
  );
  return `<Sysmon schemaversion="4.90"><EventFiltering>${
    groups.join("")
  }</EventFiltering></Sysmon>`;
}

function escapeXml(text: string): string {
  if (/\p{Cc}/u.test(text)) {
    throw new RequestError(`a control character is in ${escapeUnprintable(text)}`);
  }
  return text.replace(/[<>&]/g, (character) => `&#${character.codePointAt(0)};`);
}

/**
 * Events of these kinds: ids (`1`), names (`ProcessCreate`, `RegistryValueSet`) or tags of rules
 * (`RegistryEvent`), in any letter case.
 *
 * @throws {RequestError}
 */
export function byKinds(kinds: readonly string[]): EventTest {
  if (kinds.length === 0) return () => true;
  const ids = new Set(kinds.flatMap(idsOf));
  return ({ definition }) => ids.has(definition.id);
}

function idsOf(kind: string): number[] {
  const lower = kind.toLowerCase();
  const ids = EVENTS.filter(({ id, name, tag }) =>
    String(id) === kind || name.toLowerCase() === lower || tag?.toLowerCase() === lower
  ).map(({ id }) => id);
  if (ids.length > 0) return ids;
  throw new RequestError(
    `there is no event ${quote(kind)}${hint(kind, EVENTS.map(({ name }) => name))}`,
  );
}

const [CREATED, ENDED] = [1, 5];
/** Members of a family that are remembered. */
const MOST_MEMBERS = 65_536;

/**
 * Events of the process `root` and of those that descend from it: of the ones that `isKnown` knows,
 * and of those whose starts (event 1) pass by.
 */
export function byFamily(root: number, isKnown: (pid: number) => boolean = () => false): EventTest {
  const members = new Set([root]);
  const isMember = (pid: number) => {
    if (members.has(pid)) return true;
    if (!isKnown(pid)) return false;
    if (members.size < MOST_MEMBERS) members.add(pid);
    return true;
  };
  return (event) => {
    const pid = numberOf(event, "ProcessId") ?? numberOf(event, "SourceProcessId");
    if (pid === undefined) return false;
    const { id } = event.definition;
    const parent = id === CREATED ? numberOf(event, "ParentProcessId") : undefined;
    const belongs = isMember(pid) || (parent !== undefined && isMember(parent));
    if (belongs && id === ENDED) members.delete(pid);
    else if (belongs && members.size < MOST_MEMBERS) members.add(pid);
    return belongs;
  };
}

function numberOf({ definition, values }: Event, field: string): number | undefined {
  const value = values[definition.fieldIndex.get(field) ?? -1];
  return typeof value === "number" ? value : undefined;
}

/** Events that pass every test; all tests see every event, so that families are kept. */
export function passingAll(tests: readonly EventTest[]): EventTest {
  return (event) => tests.reduce((passes, test) => test(event) && passes, true);
}
