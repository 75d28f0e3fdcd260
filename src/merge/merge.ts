/** Several configurations -> one (docs/merge.md says what becomes of what). */
import type { ChildNode, CommentNode, ConfigNode } from "../config/node.ts";
import { EVENT_TAGS } from "../schema/events.ts";
import { formatVersion } from "../schema/versions.ts";
import { reportContradictions, reportFallbacks } from "./clashes.ts";
import { collect, type Collected } from "./collect.ts";
import { withoutDuplicates } from "./duplicates.ts";
import { type JoinedEntry, joinEntries } from "./entries.ts";
import { Findings } from "./findings.ts";
import { foldExcludes, type JoinedElement, joinElements, reportCombinations } from "./join.ts";
import { comment, element, EMPTY_LINE, text } from "./layout.ts";
import {
  type Contribution,
  itemsOf,
  type MergeInput,
  type MergeOptions,
  type MergeReport,
  type MergeResult,
} from "./types.ts";
import { checkVersion } from "./version.ts";

/**
 * Merges configurations in the order given, which decides nothing but which of several names an
 * event gets: in an element that of the first input, among elements that of the last one (V2). At least one input is needed.
 */
export function mergeConfigs(
  inputs: readonly MergeInput[],
  options: MergeOptions = {},
): MergeResult {
  const findings = new Findings();
  const version = options.schemaVersion ??
    Math.max(...inputs.map(({ config }) => config.schemaVersion));
  const collected = inputs.map(collect);
  const contributions = collected.flatMap((one) => one.contributions);
  for (const contribution of contributions) checkVersion(contribution, version, findings);
  const ofInputs = collected.flatMap((one) => one.entries);
  const entries = joinEntries(ofInputs, version, options.prefer, findings);
  const elements = EVENT_TAGS.flatMap((tag) =>
    joinEvent(tag, contributions.filter((one) => one.element.tag === tag), findings)
  );
  reportContradictions(elements, findings);
  const schemaVersion = formatVersion(version);
  const report = reportOf(inputs, schemaVersion, entries, elements, findings);
  const diagnostics = findings.diagnostics;
  if (findings.hasErrors) return { diagnostics, report };
  const filtering = element("EventFiltering", {}, [
    ...elements.flatMap(groupNodes),
    EMPTY_LINE,
    ...collected.flatMap((one) => one.contributions.length > 0 ? one.rest : []),
  ]);
  const root = element("Sysmon", { schemaversion: schemaVersion }, [
    ...entryNodes(entries, collected),
    EMPTY_LINE,
    filtering,
  ]);
  return { document: { before: [], root, after: [] }, diagnostics, report };
}

/** The elements of the result for one event: first those that include. */
function joinEvent(
  tag: string,
  contributions: readonly Contribution[],
  findings: Findings,
): JoinedElement[] {
  if (contributions.length === 0) return [];
  reportFallbacks(tag, contributions, findings);
  const of = (onmatch: "include" | "exclude") =>
    joinElements(contributions.filter((one) => one.element.onmatch === onmatch), findings);
  const includes = of("include");
  const excludes = of("exclude");
  const isFolded = includes.length === 0;
  reportCombinations(isFolded ? [] : includes, findings);
  reportCombinations(isFolded ? [] : excludes, findings);
  return [...includes, ...(isFolded ? foldExcludes(excludes, findings) : excludes)]
    .map((joined) => withoutDuplicates(joined, findings));
}

function groupNodes(joined: JoinedElement): ChildNode[] {
  const { tag, onmatch, groupName, combination, contributions } = joined;
  const content = contributions.flatMap(contributionNodes);
  return [
    EMPTY_LINE,
    element("RuleGroup", { name: groupName, groupRelation: combination }, [
      element(tag, { onmatch }, content),
    ]),
  ];
}

/** What an input says, under a comment that names it; nothing for an input that adds nothing. */
function contributionNodes({ input, lead, parts }: Contribution): ChildNode[] {
  const nodes = [...lead, ...parts.map((part) => part.kind === "item" ? part.node : part)];
  const isBlank = (node: ChildNode) => node.kind === "text";
  const from = nodes.findIndex((node) => !isBlank(node));
  if (from === -1) return [];
  const to = nodes.findLastIndex((node) => !isBlank(node)) + 1;
  return [EMPTY_LINE, comment(` ${input.name} `), ...nodes.slice(from, to)];
}

function entryNodes(entries: readonly JoinedEntry[], collected: readonly Collected[]): ChildNode[] {
  const nodes = entries.flatMap(({ name, value, from }): ChildNode[] => [
    comment(` ${from.map(({ input }) => input.name).join(", ")} `),
    ...from.flatMap(({ lead }) => lead),
    entryNode(name, value),
    ...trailingComments(from.flatMap(({ trailing }) => trailing)),
  ]);
  const loose = collected.flatMap((one) => one.contributions.length === 0 ? one.rest : []);
  return [...nodes, ...loose];
}

function entryNode(name: string, value: string): ConfigNode {
  return element(name, {}, value === "" ? [] : [text(value)]);
}

/** Inputs that agree on an entry often agree on its comment. */
function trailingComments(comments: readonly CommentNode[]): CommentNode[] {
  return [...new Map(comments.map((one) => [one.text, one])).values()];
}

function reportOf(
  inputs: readonly MergeInput[],
  schemaVersion: string,
  entries: readonly JoinedEntry[],
  elements: readonly JoinedElement[],
  findings: Findings,
): MergeReport {
  return {
    schemaVersion,
    inputs: inputs.map(({ name, config }) => ({
      file: name,
      schemaVersion: formatVersion(config.schemaVersion),
    })),
    entries: entries.map(({ name, value, from }) => ({
      name,
      value,
      from: from.map(({ input }) => input.name),
    })),
    elements: elements.map(({ tag, onmatch, combination, groupName, contributions }) => ({
      event: tag,
      onmatch,
      combination,
      group: groupName ?? "",
      items: contributions.reduce((sum, { parts }) => sum + itemsOf(parts).length, 0),
      from: [...new Set(contributions.map(({ input }) => input.name))],
    })),
    duplicates: findings.duplicates,
  };
}
