/** EventFiltering -> event elements (config-semantics 3.1 and 3.3, refusals of 1.4). */
import { EVENT_TAGS, eventById, eventsByTag } from "../schema/events.ts";
import { ENTRIES } from "../schema/options.ts";
import { tagSince } from "../schema/history.ts";
import { formatVersion } from "../schema/versions.ts";
import { bindElement } from "./binding.ts";
import { readItems } from "./conditions.ts";
import {
  checkAttributes,
  checkNoText,
  nameAttribute,
  type ReadContext,
  writtenVersion,
} from "./context.ts";
import { quote } from "./diagnostics.ts";
import type { Combination, EventElement, PlacedName } from "./model.ts";
import type { ConfigNode } from "./node.ts";
import { didYouMean, oneOf } from "./suggest.ts";
import { childElements, nameOf } from "./tree.ts";

/** From this version on, elements without groupRelation combine with "and" (E9). */
const FIRST_VERSION_WITH_AND = 411;
const MAX_ELEMENTS_PER_TAG = 65534;
const RELATIONS = ["and", "or"];
const ACTIONS = ["include", "exclude"];

interface Group {
  readonly name: PlacedName | undefined;
  readonly combination: Combination;
}

/** Reads the EventFiltering elements of one file, in order. */
export class FilteringReader {
  readonly elements: EventElement[] = [];
  readonly #context: ReadContext;
  readonly #countByTag = new Map<string, number>();
  readonly #noGroup: Group;

  constructor(context: ReadContext) {
    this.#context = context;
    this.#noGroup = {
      name: undefined,
      combination: context.schemaVersion >= FIRST_VERSION_WITH_AND ? "and" : "or",
    };
  }

  /** Reads one `<EventFiltering>`. */
  add(filtering: ConfigNode): void {
    checkAttributes(this.#context, filtering, []);
    checkNoText(this.#context, filtering);
    this.#readChildren(filtering, this.#noGroup, true);
  }

  #readChildren(parent: ConfigNode, group: Group, groupsAllowed: boolean): void {
    const { reporter, permissive } = this.#context;
    for (const child of childElements(parent)) {
      if (this.#isNamed(child, "RuleGroup")) {
        if (!groupsAllowed) {
          reporter.refuse(
            "MON037",
            nameOf(child),
            `<RuleGroup> must stand directly under <EventFiltering>`,
          );
          if (!permissive) continue;
        }
        this.#readGroup(child);
      } else if (eventsByTag(child.name).length > 0) {
        this.#readEvent(child, group);
      } else {
        reporter.refuse(
          "MON035",
          nameOf(child),
          `unknown event ${quote(child.name)}`,
          () => helpForEvent(child.name, groupsAllowed),
        );
        if (permissive) this.#readWrapper(child);
      }
    }
  }

  /** Sysmon's permissive reader takes events at any depth; only their direct parent groups them. */
  #readWrapper(wrapper: ConfigNode): void {
    for (const child of childElements(wrapper)) {
      if (this.#isNamed(child, "RuleGroup")) this.#readGroup(child);
      else if (eventsByTag(child.name).length > 0) this.#readEvent(child, this.#noGroup);
      else this.#readWrapper(child);
    }
  }

  #isNamed(element: ConfigNode, name: string): boolean {
    if (element.name === name) return true;
    return this.#context.permissive && element.name.toLowerCase() === name.toLowerCase();
  }

  #readGroup(element: ConfigNode): void {
    checkAttributes(this.#context, element, ["name", "groupRelation"]);
    checkNoText(this.#context, element);
    const name = nameAttribute(this.#context, element, false);
    this.#readChildren(element, { name, combination: this.#groupCombination(element) }, false);
  }

  #groupCombination(element: ConfigNode): Combination {
    const { reporter, permissive } = this.#context;
    const relation = element.attributes.get("groupRelation");
    if (relation === undefined || (permissive && relation.text === "")) {
      reporter.refuse(
        "MON033",
        nameOf(element),
        "<RuleGroup> has no groupRelation",
        'write groupRelation="and" or groupRelation="or"',
      );
      return this.#noGroup.combination;
    }
    const text = permissive ? relation.text.toLowerCase() : relation.text;
    if (!RELATIONS.includes(text)) {
      reporter.refuse(
        "MON034",
        relation,
        `groupRelation is neither and nor or, but ${quote(relation.text)}`,
        didYouMean(relation.text, RELATIONS),
      );
    }
    return text === "or" ? "or" : "and";
  }

  #readEvent(element: ConfigNode, group: Group): void {
    const context = this.#context;
    const tag = element.name;
    const since = tagSince(tag)!;
    if (!context.permissive && since > context.schemaVersion) {
      context.reporter.error(
        "MON036",
        nameOf(element),
        `${tag} needs schemaversion ${formatVersion(since)} or newer, ` +
          `the file says ${formatVersion(context.schemaVersion)}`,
        `write ${writtenVersion(context, since)} or remove the element`,
      );
    }
    checkAttributes(context, element, ["onmatch", "default"]);
    checkNoText(context, element);
    const onmatch = this.#onmatch(element);
    const event = bindElement(context, element);
    // An element that cannot be bound is read all the same, for the sake of its other problems.
    const items = readItems(context, element, event ?? eventsByTag(tag)[0], group.name);
    if (event === undefined || onmatch === undefined) return;
    const count = (this.#countByTag.get(tag) ?? 0) + 1;
    this.#countByTag.set(tag, count);
    if (count === MAX_ELEMENTS_PER_TAG + 1) {
      context.reporter.error(
        "MON047",
        nameOf(element),
        `there are more than ${MAX_ELEMENTS_PER_TAG} ${tag} elements`,
      );
    }
    this.elements.push({
      tag,
      eventId: event.id,
      onmatch,
      combination: group.combination,
      inGroup: group !== this.#noGroup,
      groupName: group.name,
      items,
      offset: element.offset,
    });
  }

  /** What a match does, or undefined when Sysmon skips the element. */
  #onmatch(element: ConfigNode): EventElement["onmatch"] | undefined {
    const { reporter, permissive } = this.#context;
    const onmatch = element.attributes.get("onmatch");
    const byDefault = element.attributes.get("default");
    if (onmatch !== undefined && byDefault !== undefined) {
      reporter.warn(
        "MON040",
        { offset: byDefault.nameOffset, end: byDefault.nameOffset + "default".length },
        `<${element.name}> has both onmatch and default: the element is ignored`,
      );
      return undefined;
    }
    const given = onmatch ?? byDefault;
    if (given === undefined) {
      reporter.warn(
        "MON039",
        nameOf(element),
        `<${element.name}> has no onmatch attribute: the element is ignored`,
        'write onmatch="include" or onmatch="exclude"',
      );
      return undefined;
    }
    const action = permissive ? given.text.toLowerCase() : given.text;
    if (action === "include" || action === "exclude") {
      return onmatch !== undefined ? action : opposite(action);
    }
    reporter.refuse(
      "MON038",
      given,
      `${onmatch !== undefined ? "onmatch" : "default"} is neither include nor exclude, ` +
        `but ${quote(given.text)}`,
      () => didYouMean(given.text, ACTIONS) ?? `write ${oneOf(ACTIONS)}`,
    );
    return opposite(eventById(eventsByTag(element.name)[0].id)!.defaultAction);
  }
}

function helpForEvent(name: string, groupsAllowed: boolean): string | undefined {
  const near = didYouMean(name, groupsAllowed ? ["RuleGroup", ...EVENT_TAGS] : EVENT_TAGS);
  return near ?? (ENTRIES.has(name) ? "it belongs directly into <Sysmon>" : undefined);
}

function opposite(action: "include" | "exclude"): "include" | "exclude" {
  return action === "include" ? "exclude" : "include";
}
