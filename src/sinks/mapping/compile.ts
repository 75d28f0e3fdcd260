/**
 * Renderers of other schemas' JSON, one function generated for each event definition.
 */
import type { Event } from "../../events/event.ts";
import type { Placement } from "../../events/placement.ts";
import type { EventDefinition } from "../../schema/types.ts";
import { isoTime, perDefinition, perPlacement, type Renderer } from "../renderer.ts";
import { CONVERSIONS, converted, quoted } from "./conversions.ts";
import { type Constants, destinationsOf, type EventMapping, type FieldTable } from "./table.ts";

/** What every line says besides its event. */
export interface MappedOptions {
  /** Name of the host that the events are from. */
  readonly computer: string;
}

/** The system that an event is from. */
export type System = "linux" | "windows";

/** Another schema, as tables. */
export interface TargetSchema {
  /** By event id. */
  readonly events: Readonly<Record<number, EventMapping>>;
  /** Destinations of fields that mean the same in all events. */
  readonly common: FieldTable;
  /** What all events of a definition say. */
  constants(definition: EventDefinition, system: System, computer: string): Constants;
  /** What is not a field: by path. */
  readonly computed: Readonly<Record<string, Computed>>;
  /** Of processes in containers: by path. */
  placement(definition: EventDefinition): Readonly<Record<string, keyof PlacementTexts>>;
  /** Path of the object for fields that have no other place. */
  readonly rest: string;
}

/** What an event says outside of its fields. */
export type Computed = "recordId" | "recordIdText" | "time" | "milliseconds";

/** A placement as JSON, with `""` for what is missing. */
export interface PlacementTexts {
  readonly id: string;
  readonly runtime: string;
  readonly podUid: string;
  readonly group: string;
  readonly hostImage: string;
  readonly pid: string;
}

const COMPUTED: Readonly<Record<Computed, string>> = {
  recordId: "String(event.recordId)",
  recordIdText: '`"${event.recordId}"`',
  time: '`"${isoTime(event.time)}"`',
  milliseconds: "milliseconds(event)",
};

/** Never refuse a value that is there. */
const TOTAL: readonly string[] = ["text", "list", "account"];

/** Gives the renderer of a schema. */
export function mappedRenderer(schema: TargetSchema, options: MappedOptions): Renderer {
  return perDefinition((definition, origin) => {
    const { computer, system } = origin ?? { computer: options.computer, system: "linux" };
    return new Compiler(schema, definition, system).compile(computer);
  });
}

/** An expression that gives JSON text; one that is optional gives `""` for nothing. */
interface Leaf {
  readonly code: string;
  readonly optional: boolean;
}

type Tree = Map<string, Leaf | Tree>;

class Compiler {
  readonly #schema: TargetSchema;
  readonly #definition: EventDefinition;
  readonly #system: System;
  readonly #mapping: EventMapping;
  readonly #root: Tree = new Map();
  readonly #statements: string[] = [];
  readonly #helpers: Record<string, unknown> = {
    isoTime,
    milliseconds,
    restText,
    member,
    object,
  };
  readonly #variables = new Set<string>();

  constructor(schema: TargetSchema, definition: EventDefinition, system: System) {
    this.#schema = schema;
    this.#definition = definition;
    this.#system = system;
    this.#mapping = schema.events[definition.id];
  }

  compile(computer: string): Renderer {
    const { constants, computed, placement } = this.#schema;
    this.#addConstants(constants(this.#definition, this.#system, computer));
    for (const [path, name] of Object.entries(computed)) this.#add(path, COMPUTED[name], false);
    this.#addConstants(this.#mapping.constants);
    this.#addChoice();
    for (const { name, index } of this.#definition.fields) this.#addField(name, index);
    this.#statements.push("const p = placement(event.container);");
    this.#helpers.placement = perPlacement(placementTexts, NOWHERE);
    for (const [path, key] of Object.entries(placement(this.#definition))) {
      this.#add(path, `p.${key}`, true);
    }
    const line = objectCode(this.#root);
    const body = `return (event) => { const v = event.values;\n${this.#statements.join("\n")}\n` +
      `return ${line}; };`;
    return new Function(...Object.keys(this.#helpers), body)(...Object.values(this.#helpers));
  }

  #addConstants(constants: Constants): void {
    for (const [path, value] of Object.entries(constants)) {
      this.#add(path, JSON.stringify(jsonOf(value)), false);
    }
  }

  #addChoice(): void {
    const { choice, constants } = this.#mapping;
    if (choice === undefined) return;
    const paths = new Set(Object.values(choice.constants).flatMap((one) => Object.keys(one)));
    const textsOf = (chosen: Constants) =>
      Object.fromEntries([...paths].map((path) => [path, jsonOf(chosen[path] ?? constants[path])]));
    const byValue = new Map(
      Object.entries(choice.constants).map(([value, chosen]) => [value, textsOf(chosen)]),
    );
    const otherwise = textsOf(constants);
    this.#helpers.choose = (value: unknown) => byValue.get(value as string) ?? otherwise;
    this.#statements.push(
      `const c = choose(v[${this.#definition.fieldIndex.get(choice.field)}]);`,
    );
    for (const path of paths) this.#add(path, `c[${JSON.stringify(path)}]`, false);
  }

  #addField(name: string, index: number): void {
    const kept: string[] = [];
    let always = false;
    for (const { path, conversion } of destinationsOf(name, this.#mapping, this.#schema.common)) {
      const variable = this.#variable(index, conversion);
      const fallback = leafAt(this.#root, path);
      this.#add(
        path,
        fallback === undefined ? variable : `(${variable} || ${fallback.code})`,
        fallback === undefined,
      );
      if (CONVERSIONS[conversion].whole) kept.push(variable);
      always ||= TOTAL.includes(conversion);
    }
    if (always) return;
    const condition = kept.length === 0 ? "" : `${kept.join(" || ")} ? "" : `;
    this.#add(`${this.#schema.rest}.${name}`, `(${condition}restText(v[${index}]))`, true);
  }

  /** The variable that holds a field's converted value. */
  #variable(index: number, conversion: keyof typeof CONVERSIONS): string {
    const name = `${conversion}${index}`;
    if (!this.#variables.has(name)) {
      this.#variables.add(name);
      this.#helpers[`to_${conversion}`] = converted(CONVERSIONS[conversion], this.#system);
      this.#statements.push(`const ${name} = to_${conversion}(v[${index}]);`);
    }
    return name;
  }

  #add(path: string, code: string, optional: boolean): void {
    const names = path.split(".");
    const last = names.pop()!;
    let tree = this.#root;
    for (const name of names) {
      let inner = tree.get(name);
      if (inner === undefined) tree.set(name, inner = new Map());
      if (!(inner instanceof Map)) throw new Error(`${path}: ${name} is a value`);
      tree = inner;
    }
    if (tree.get(last) instanceof Map) throw new Error(`${path} is an object`);
    tree.set(last, { code, optional });
  }
}

function leafAt(root: Tree, path: string): Leaf | undefined {
  let at: Leaf | Tree | undefined = root;
  for (const name of path.split(".")) at = at instanceof Map ? at.get(name) : undefined;
  return at instanceof Map ? undefined : at;
}

/** Whether the object has a member in any case. */
function isCertain(tree: Tree): boolean {
  return [...tree.values()].some((member) =>
    member instanceof Map ? isCertain(member) : !member.optional
  );
}

/** An expression for an object, its certain members first; `""` for one that may have none. */
function objectCode(tree: Tree): string {
  const certain: string[] = [];
  const optional: string[] = [];
  for (const [name, member] of tree) {
    const key = `"${name}":`;
    const isObject = member instanceof Map;
    const code = isObject ? objectCode(member) : member.code;
    if (isObject ? isCertain(member) : !member.optional) {
      certain.push(`${JSON.stringify((certain.length === 0 ? "" : ",") + key)} + ${code}`);
    } else optional.push(`member(${JSON.stringify("," + key)}, ${code})`);
  }
  const inner = optional.join(" + ");
  if (certain.length === 0) return `object(${inner})`;
  return `("{" + ${certain.join(" + ")}${inner === "" ? "" : " + " + inner} + "}")`;
}

/** A member behind others; nothing when it has no value. */
function member(key: string, value: string): string {
  return value === "" ? "" : key + value;
}

/** An object of members that each begin with a comma; nothing when there are none. */
function object(members: string): string {
  return members === "" ? "" : `{${members.slice(1)}}`;
}

function jsonOf(value: Constants[string]): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "object") return `[${value.map(quoted).join()}]`;
  return String(value);
}

function restText(value: Event["values"][number] | undefined): string {
  return value === undefined || value === "-" ? "" : quoted(value);
}

function milliseconds({ time }: Event): string {
  return Number.isFinite(time) ? String(Math.trunc(time)) : "0";
}

const NOWHERE: PlacementTexts = {
  id: "",
  runtime: "",
  podUid: "",
  group: "",
  hostImage: "",
  pid: "",
};

function placementTexts({ container, pid, hostImage }: Placement): PlacementTexts {
  return {
    id: quoted(container.id),
    runtime: quoted(container.runtime),
    podUid: restText(container.podUid),
    group: quoted(container.group),
    hostImage: restText(hostImage),
    pid: String(pid),
  };
}
