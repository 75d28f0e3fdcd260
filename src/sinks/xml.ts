/**
 * Sysmon for Linux's event XML, one event a line (config-semantics T33-T37).
 */
import type { Origin } from "../events/event.ts";
import type { EventDefinition } from "../schema/types.ts";
import { HIDDEN, isSurrogate } from "../output/hidden.ts";
import { PROVIDERS } from "./provider.ts";
import { LineCode, perDefinition, perSecond, type Renderer } from "./renderer.ts";

/** What the System part of every event says about the sensor. */
export interface XmlOptions {
  /** Name of the host that the events are from. */
  readonly computer: string;
  /** The sensor's process id. */
  readonly processId: number;
  /** The sensor's thread id; the process id when absent. */
  readonly threadId?: number;
  /** The sensor's effective user id. */
  readonly userId: number;
  /**
   * Milliseconds since 1970, asked at each event: SystemTime is the time of formatting (T36), for a
   * recorded event the event's own.
   */
  readonly clock?: () => number;
  /** Print the header of event 100 as Sysmon for Linux does, with zeros (Q25). */
  readonly sysmonParity?: boolean;
}

const EBPF_EVENT_ID = 100;
const STATE_CHANGED = 4;

/**
 * Gives a renderer of Sysmon for Linux's XML. Element order, attributes and spelling are Sysmon's
 * byte for byte; unlike Sysmon's, every line is well-formed XML 1.0, see {@link escapeXml}.
 */
export function xmlRenderer(options: XmlOptions): Renderer {
  const clock = options.clock ?? Date.now;
  const at = systemTime();
  const now = () => at(clock());
  return perDefinition((definition, origin) => {
    const [beforeTime, afterRecordId] = systemPart(definition, options, origin);
    const line = new LineCode(beforeTime);
    line.value(origin === undefined ? "now()" : "at(event.time)").text('"/><EventRecordID>').value(
      "event.recordId",
    ).text(afterRecordId);
    for (const field of definition.fields) {
      line.text(`<Data Name="${escapeXml(field.name)}">`)
        .value(`text(v[${field.index}])`).text("</Data>");
    }
    if (definition.id === STATE_CHANGED) line.value("actor(event.actor)");
    line.text("</EventData></Event>");
    return line.compile({ now, at, text: escapeXml, actor });
  });
}

/** Behind Sysmon's own fields: who had the sensor stop. */
function actor(text: string | undefined): string {
  return text === undefined ? "" : `<Data Name="Actor">${escapeXml(text)}</Data>`;
}

function systemPart(
  definition: EventDefinition,
  options: XmlOptions,
  origin: Origin | undefined,
): [string, string] {
  const { id } = definition;
  const header = options.sysmonParity && id === EBPF_EVENT_ID
    ? { version: 0, level: 0, task: 0, keywords: "0x0" }
    : {
      version: definition.version,
      level: definition.level,
      task: id,
      keywords: "0x8000000000000000",
    };
  // Which process wrote a recorded event is not known.
  const { processId, threadId = processId, userId } = origin === undefined
    ? options
    : { processId: 0, userId: 0 };
  const { computer } = origin ?? options;
  const provider = PROVIDERS[origin?.system ?? "linux"];
  return [
    `<Event><System><Provider Name="${provider.name}" Guid="${provider.guid}"/>` +
    `<EventID>${id}</EventID><Version>${header.version}</Version><Level>${header.level}</Level>` +
    `<Task>${header.task}</Task><Opcode>0</Opcode><Keywords>${header.keywords}</Keywords>` +
    `<TimeCreated SystemTime="`,
    `</EventRecordID><Correlation/>` +
    `<Execution ProcessID="${processId}" ThreadID="${threadId}"/><Channel>${provider.channel}</Channel>` +
    `<Computer>${escapeXml(computer)}</Computer><Security UserId="${userId}"/></System><EventData>`,
  ];
}

/** Gives a function from milliseconds to SystemTime: nine digits, 100 ns units (T36). */
function systemTime(): (milliseconds: number) => string {
  const wholeSeconds = perSecond((second) =>
    second.toISOString().slice(0, "YYYY-MM-DDTHH:MM:SS.".length)
  );
  return (milliseconds) => {
    const seconds = Math.floor(milliseconds / 1000);
    const ticks = Math.floor((milliseconds - seconds * 1000) * 10_000) || 0;
    return wholeSeconds(seconds) + String(ticks).padStart(7, "0") + "00Z";
  };
}

const NEEDS_A_LOOK = /[^ -%'-;=?-~]/;
const ESCAPED = new RegExp(`[&<>${HIDDEN}]`, "gu");

/**
 * Character data that stands for `text` in XML 1.0 and stays on one line.
 *
 * Hidden characters (see {@link HIDDEN}) that XML 1.0 can hold become decimal references (`&#10;`),
 * so a parser gives them back. Those it cannot hold are replaced by one visible character each:
 * C0 controls by their control picture (ESC by U+241B), U+FFFE, U+FFFF and lone surrogates by
 * U+FFFD.
 */
function escapeXml(value: string | number | boolean): string {
  const text = typeof value === "string" ? value : String(value);
  return NEEDS_A_LOOK.test(text) ? text.replace(ESCAPED, escapeCharacter) : text;
}

function escapeCharacter(character: string): string {
  switch (character) {
    case "&":
      return "&amp;";
    case "<":
      return "&lt;";
    case ">":
      return "&gt;";
    case "\t":
    case "\n":
    case "\r":
      return `&#${character.charCodeAt(0)};`;
  }
  const codePoint = character.codePointAt(0)!;
  if (codePoint < 0x20) return String.fromCharCode(0x2400 + codePoint);
  if (isSurrogate(codePoint) || codePoint === 0xfffe || codePoint === 0xffff) return "\ufffd";
  return `&#${codePoint};`;
}
