/**
 * How deep each process sits under its ancestors, as far as events told.
 */
import type { FieldValue } from "../events/event.ts";
import type { EventDefinition } from "../schema/types.ts";

const DEEPEST_INDENT = 32;
const REMEMBERED_PROCESSES = 16_384;

/** Remembers the depth of the processes created last, in bounded memory. */
export class ProcessTree {
  readonly #depths = new Map<FieldValue, number>();

  /** Gives a function for the indentation of one definition's events. */
  placer(definition: EventDefinition): (values: readonly FieldValue[]) => string {
    const at = (name: string) => definition.fieldIndex.get(name);
    const self = at("ProcessGuid") ?? at("SourceProcessGUID") ?? at("SourceProcessGuid");
    const parent = at("ParentProcessGuid");
    if (self === undefined) return () => "";
    if (parent !== undefined) {
      return (values) => indentation(this.#add(values[self], values[parent]));
    }
    return (values) => indentation((this.#depths.get(values[self]) ?? -1) + 1);
  }

  #add(process: FieldValue, parent: FieldValue): number {
    const depth = process === parent ? 0 : (this.#depths.get(parent) ?? -1) + 1;
    // A second exec of one process moves it to the young end of the map.
    this.#depths.delete(process);
    this.#depths.set(process, depth);
    if (this.#depths.size > REMEMBERED_PROCESSES) {
      for (const oldest of this.#depths.keys()) {
        this.#depths.delete(oldest);
        break;
      }
    }
    return depth;
  }
}

function indentation(depth: number): string {
  return "  ".repeat(Math.min(depth, DEEPEST_INDENT));
}
