/** What arrived at a collector, compared with what was sent. */
import assert from "node:assert/strict";

const RECORD_ID = /"EventRecordID":(\d+)[,}]/;

/**
 * Checks that the events 1 to `count` arrived, and that lines with the same EventRecordID are the same.
 *
 * @param lines others than events are passed over: those that a killed collector has cut.
 * @returns how many arrived more than once
 */
export function checkArrivals(lines: Iterable<string>, count: number): number {
  const arrived = new Map<number, string>();
  let repeated = 0;
  for (const line of lines) {
    const id = Number(RECORD_ID.exec(line)?.[1]);
    if (Number.isNaN(id) || !line.endsWith("}")) continue;
    const before = arrived.get(id);
    if (before === undefined) arrived.set(id, line);
    else {
      assert.equal(line, before, `event ${id} is not what it was`);
      repeated++;
    }
  }
  let missing = 0;
  for (let id = 1; id <= count; id++) if (!arrived.has(id)) missing++;
  assert.equal(missing, 0, `${missing} of ${count} events are missing`);
  assert.equal(arrived.size, count);
  return repeated;
}
