/** What is merged, and what comes of it. */
import type { Condition, Config, Diagnostic, EventElement, RuleNode } from "../config/mod.ts";
import type { ChildNode, CommentNode, ConfigDocument, ConfigNode } from "../config/node.ts";
import type { VersionNumber } from "../schema/versions.ts";

/** One configuration to merge, as text and as meaning. */
export interface MergeInput {
  /** Names the file in comments of the result. */
  readonly name: string;
  readonly document: ConfigDocument;
  readonly config: Config;
}

/** How inputs are merged. */
export interface MergeOptions {
  /** Of the result; the newest of all inputs when not given. */
  readonly schemaVersion?: VersionNumber;
  /** Whose value counts where inputs set an entry differently; a conflict when not given. */
  readonly prefer?: "first" | "last";
}

/** The merged configuration, absent when there are errors, and what is worth telling about it. */
export interface MergeResult {
  readonly document?: ConfigDocument;
  readonly diagnostics: readonly Diagnostic[];
  readonly report: MergeReport;
}

/** What was joined; plain data, for `--json`. */
export interface MergeReport {
  readonly schemaVersion: string;
  readonly inputs: readonly { readonly file: string; readonly schemaVersion: string }[];
  readonly entries: readonly {
    readonly name: string;
    readonly value: string;
    readonly from: readonly string[];
  }[];
  readonly elements: readonly JoinedElementReport[];
  readonly duplicates: number;
}

/** One element of the result and the inputs that it was made of. */
export interface JoinedElementReport {
  readonly event: string;
  readonly onmatch: "include" | "exclude";
  readonly combination: "and" | "or";
  readonly group: string;
  /** Conditions and Rules. */
  readonly items: number;
  readonly from: readonly string[];
}

/** A condition or Rule with what the file says. */
export interface Item {
  readonly kind: "item";
  readonly model: Condition | RuleNode;
  readonly node: ConfigNode;
}

/** What an input's element has to say, in order: items, comments and blank text. */
export type Part = Item | Exclude<ChildNode, ConfigNode>;

/** One event element of one input. */
export interface Contribution {
  readonly input: MergeInput;
  readonly element: EventElement;
  /** `or` for an element with at most one item, where it makes no difference. */
  readonly combination: "and" | "or";
  /** Comments before it, from as far as the element before it. */
  readonly lead: readonly CommentNode[];
  readonly parts: readonly Part[];
}

/** The items among an element's parts. */
export function itemsOf(parts: readonly Part[]): Item[] {
  return parts.filter((part) => part.kind === "item");
}
