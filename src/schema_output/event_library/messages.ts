/** What Windows shows of an event in words: the texts of the manifest, and its table of messages. */
import { type EventDefinition, EVENTS } from "../../schema/mod.ts";
import { Bytes } from "./bytes.ts";

/** How numbers of messages begin, by what they are of; as Windows' compiler numbers them. */
const KIND = { level: 0x5000_0000, task: 0x7000_0000, event: 0xb000_0000 };
const UNICODE = 1;
const HEAD_BYTES = 4;

/** The levels that events have. */
export const LEVELS: Readonly<Record<number, { readonly name: string; readonly words: string }>> = {
  2: { name: "win:Error", words: "Error" },
  4: { name: "win:Informational", words: "Information" },
};

/** Number of a level's message. */
export const levelMessage = (level: number): number => KIND.level + level;
/** Number of a task's message. */
export const taskMessage = ({ id }: EventDefinition): number => KIND.task + id;
/** Number of an event's message. */
export const eventMessage = ({ id, version }: EventDefinition): number =>
  KIND.event + version * 0x1_0000 + id;

/** Sysmon's name of a task. */
export function taskWords({ title, tag, name }: EventDefinition): string {
  return `${title} (rule: ${tag ?? name})`;
}

/** All fields, one a line. */
export function eventWords({ title, fields }: EventDefinition): string {
  return `${title}:${fields.map(({ name }, i) => `%n${name}: %${i + 1}`).join("")}`;
}

/** MESSAGE_RESOURCE_DATA with every message. */
export function messageTable(): Uint8Array<ArrayBuffer> {
  const messages = new Map<number, string>();
  for (const [level, { words }] of Object.entries(LEVELS)) {
    messages.set(levelMessage(Number(level)), words);
  }
  for (const event of EVENTS) {
    messages.set(taskMessage(event), taskWords(event));
    messages.set(eventMessage(event), eventWords(event));
  }
  const sorted = [...messages].sort(([a], [b]) => a - b);
  const table = new Bytes().u32(sorted.length);
  // A block each: numbers have gaps.
  const holes = sorted.map(([number]) => table.u32(number, number).hole());
  for (const [at, [, words]] of sorted.entries()) {
    table.fill(holes[at], table.end);
    const text = new Bytes().wide(`${words}\r\n\0`).align(HEAD_BYTES).done();
    table.u16(HEAD_BYTES + text.length, UNICODE).raw(text);
  }
  return table.done();
}
