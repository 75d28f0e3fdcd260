/**
 * What the kernel denied by the rules for blocking: events 27 and 28.
 */
import { actorOf, type Decoding, definitionOf, eventOf, opening, userOf } from "./decoding.ts";
import { type Event, type FieldValue, MISSING } from "./event.ts";
import type { Process } from "./process.ts";
import { DenialLayout } from "./record_layout.ts";

const FILE_BLOCK_EXECUTABLE = definitionOf(27);
const FILE_BLOCK_SHREDDING = definitionOf(28);
const ANY_EXECUTE = 0o111;

/** Event 27. */
export function decodeBlockedExecutable(
  decoding: Decoding,
  at: number,
  size: number,
): Event | undefined {
  const process = actorOf(decoding, at);
  const values = commonValues(decoding, process, at, size);
  return values && eventOf(FILE_BLOCK_EXECUTABLE, process, values, decoding.batch.time(at));
}

/** Event 28. */
export function decodeBlockedShredding(
  decoding: Decoding,
  at: number,
  size: number,
): Event | undefined {
  const process = actorOf(decoding, at);
  const values = commonValues(decoding, process, at, size);
  if (values === undefined) return undefined;
  values.push((decoding.batch.word(at + DenialLayout.mode) & ANY_EXECUTE) !== 0);
  return eventOf(FILE_BLOCK_SHREDDING, process, values, decoding.batch.time(at));
}

/** Image and TargetFilename are those that the kernel decided by. */
function commonValues(
  decoding: Decoding,
  process: Process,
  at: number,
  size: number,
): FieldValue[] | undefined {
  const { batch } = decoding;
  const pathLength = batch.word(at + DenialLayout.pathLen);
  const imageLength = batch.word(at + DenialLayout.imageLen);
  const path = at + DenialLayout.bytes;
  if (DenialLayout.bytes + pathLength + imageLength > size) {
    decoding.counters.unknown++;
    return undefined;
  }
  return [
    ...opening(process, batch.time(at)),
    userOf(decoding, at),
    batch.text(at, path + pathLength, imageLength),
    batch.text(at, path, pathLength),
    MISSING,
  ];
}
