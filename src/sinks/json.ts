/**
 * JSON lines: one flat object an event.
 */
import type { Placement } from "../events/placement.ts";
import { escapeJson } from "./json_text.ts";
import { LineCode, perDefinition, perPlacement, type Renderer } from "./renderer.ts";

const STATE_CHANGED = 4;

/** What every JSON line says besides its event. */
export interface JsonOptions {
  /** Name of the host that the events are from. */
  readonly computer: string;
}

/**
 * Gives a renderer of flat JSON objects: EventID, Event, Computer, EventRecordID, then the event's
 * fields under Sysmon's names in schema order. 16- and 32-bit unsigned integers are numbers,
 * booleans are booleans, everything else, and a value that is missing (`-`), is a string. Events of
 * processes in containers end with an object `Container`; event 4 ends with an `Actor` where it is known who
 * had the sensor stop.
 *
 * A line is ASCII-safe where it matters: see {@link escapeJson}.
 */
export function jsonRenderer(options: JsonOptions): Renderer {
  return perDefinition((definition, origin) => {
    const line = new LineCode(
      `{"EventID":${definition.id},"Event":"${escapeJson(definition.name)}"` +
        `,"Computer":"${escapeJson(origin?.computer ?? options.computer)}","EventRecordID":`,
    );
    line.value("event.recordId");
    for (const field of definition.fields) {
      line.text(`,"${escapeJson(field.name)}":`);
      const value = `v[${field.index}]`;
      if (field.type === "uint16" || field.type === "uint32") line.value(`number(${value})`);
      else if (field.type === "boolean") line.value(`boolean(${value})`);
      else line.text('"').value(`text(${value})`).text('"');
    }
    if (definition.id === STATE_CHANGED) line.value("actor(event.actor)");
    line.value("container(event.container)").text("}");
    const container = perPlacement(jsonContainer, "");
    return line.compile({
      text: escapeJson,
      number: jsonNumber,
      boolean: jsonBoolean,
      container,
      actor,
    });
  });
}

/** Who had the sensor stop. */
function actor(text: string | undefined): string {
  return text === undefined ? "" : `,"Actor":"${escapeJson(text)}"`;
}

/** The last member of an event of a process in a container. */
function jsonContainer({ container, pid, hostImage }: Placement): string {
  const { id, runtime, podUid, group } = container;
  const members = { Id: id, Runtime: runtime, PodUid: podUid, CgroupPath: group };
  const texts = { ...members, HostImage: hostImage };
  const text = Object.entries(texts).map(([name, value]) => `"${name}":"${escapeJson(value)}"`);
  return `,"Container":{${text.join()},"ProcessId":${pid}}`;
}

function jsonNumber(value: unknown): unknown {
  return Number.isFinite(value) ? value : `"${escapeJson(String(value))}"`;
}

function jsonBoolean(value: unknown): unknown {
  return typeof value === "boolean" ? value : `"${escapeJson(String(value))}"`;
}
