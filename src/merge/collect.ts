/** A configuration's tree and meaning side by side -> its event elements and entries, with comments. */
import type { Condition, ConfigEntry, EventElement, RuleNode } from "../config/mod.ts";
import type { ChildNode, CommentNode, ConfigNode } from "../config/node.ts";
import { textOffset } from "../config/tree.ts";
import { fieldNode, rule } from "./layout.ts";
import type { Contribution, MergeInput, Part } from "./types.ts";

/** An entry of one input, with the comments before it and on its line. */
export interface EntryContribution {
  readonly input: MergeInput;
  readonly entry: ConfigEntry;
  readonly node: ConfigNode;
  readonly lead: readonly CommentNode[];
  readonly trailing: readonly CommentNode[];
}

/** All that an input has to say. */
export interface Collected {
  readonly contributions: readonly Contribution[];
  /** The last of each name. */
  readonly entries: readonly EntryContribution[];
  /** Comments behind the last element or entry. */
  readonly rest: readonly CommentNode[];
}

/** Takes an input apart. What its reader left out of the meaning is left out here too. */
export function collect(input: MergeInput): Collected {
  const collector = new Collector(input);
  collector.root(input.document.root);
  collector.comments(input.document.after);
  return {
    contributions: collector.contributions,
    entries: [...collector.entries.values()],
    rest: collector.rest(),
  };
}

/** An entry whose line may go on with comments. */
interface OpenEntry extends EntryContribution {
  readonly trailing: CommentNode[];
}

class Collector {
  readonly contributions: Contribution[] = [];
  readonly entries = new Map<string, OpenEntry>();
  pending: CommentNode[] = [];
  /** What stands before the root speaks of the whole file. */
  #heading: readonly CommentNode[];
  readonly #input: MergeInput;
  readonly #elements: ReadonlyMap<number, EventElement>;
  readonly #entryByOffset: ReadonlyMap<number, ConfigEntry>;
  #lastEntry: OpenEntry | undefined;

  constructor(input: MergeInput) {
    this.#input = input;
    this.#heading = input.document.before;
    this.#elements = new Map(input.config.elements.map((element) => [element.offset, element]));
    const { entries } = input.config.options;
    this.#entryByOffset = new Map(entries.map((entry) => [entry.offset, entry]));
  }

  comments(comments: readonly CommentNode[]): void {
    for (const comment of comments) this.pending.push({ ...comment, trailing: false });
  }

  root(root: ConfigNode): void {
    for (const child of root.children) {
      if (child.kind === "comment") {
        if (child.trailing && this.#lastEntry !== undefined) this.#lastEntry.trailing.push(child);
        else this.comments([child]);
      } else if (child.kind === "element") {
        this.#lastEntry = undefined;
        if (child.name === "EventFiltering") this.#filters(child.children);
        else this.#entry(child);
      }
    }
  }

  rest(): CommentNode[] {
    return [...this.#heading, ...this.pending];
  }

  #entry(node: ConfigNode): void {
    const entry = this.#entryByOffset.get(textOffset(node));
    if (entry === undefined) return;
    const lead = this.#takePending();
    this.#lastEntry = { input: this.#input, entry, node, lead, trailing: [] };
    this.entries.set(entry.name, this.#lastEntry);
  }

  #filters(children: readonly ChildNode[]): void {
    for (const child of children) {
      if (child.kind === "comment") this.comments([child]);
      if (child.kind !== "element") continue;
      const element = this.#elements.get(child.offset);
      if (element === undefined) this.#filters(child.children);
      else this.#contribution(element, child);
    }
  }

  #contribution(element: EventElement, node: ConfigNode): void {
    const models = new Map(element.items.map((item) => [item.offset, item]));
    const parts = node.children.flatMap((child) => toPart(child, models));
    this.contributions.push({
      input: this.#input,
      element,
      combination: element.items.length > 1 ? element.combination : "or",
      lead: [...this.#heading, ...this.#takePending()],
      parts,
    });
    this.#heading = [];
  }

  #takePending(): CommentNode[] {
    const taken = this.pending;
    this.pending = [];
    return taken;
  }
}

function toPart(child: ChildNode, models: ReadonlyMap<number, Condition | RuleNode>): Part[] {
  if (child.kind === "text") return child.text.trim() === "" ? [child] : [];
  if (child.kind === "comment") return [child];
  const model = models.get(child.offset);
  if (model === undefined) return [];
  const node = model.kind === "rule" ? toRule(child, model) : fieldNode(child, model);
  return [{ kind: "item", model, node }];
}

function toRule(node: ConfigNode, model: RuleNode): ConfigNode {
  const conditions = new Map(model.conditions.map((condition) => [condition.offset, condition]));
  const children = node.children.flatMap((child): ChildNode[] => {
    if (child.kind !== "element") return [child];
    const condition = conditions.get(child.offset);
    return condition === undefined ? [] : [fieldNode(child, condition)];
  });
  return rule(model.name?.text, model.combination, children);
}
