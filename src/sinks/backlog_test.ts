import assert from "node:assert/strict";
import { MemoryBacklog } from "./backlog.ts";
import type { Chunk } from "./chunk.ts";
import { LineQueue } from "./line_queue.ts";
import { newCounters } from "./target.ts";

Deno.test("what is kept of small chunks takes no chunk of the queue's, and comes again as it was", () => {
  const queue = new LineQueue(1 << 20, 10);
  const unconfirmed = { bytes: 1_000, milliseconds: 60_000 };
  const backlog = new MemoryBacklog(queue, newCounters(), unconfirmed);
  const used = new Set<Chunk>();
  for (let i = 100; i < 400; i++) {
    queue.add([`line ${i}`], 1, "", [{ recordId: i, time: 1_000 * i }]);
    const chunk = backlog.take()!;
    used.add(chunk);
    const bytes = chunk.end;
    chunk.consumeLines(1);
    backlog.consumed(chunk, 1, bytes);
    backlog.handedOver(chunk);
  }
  assert.equal(used.size, 1);

  const again = backlog.rewind(undefined);
  const lines: string[] = [];
  for (let chunk = backlog.take(); chunk !== undefined; chunk = backlog.take()) {
    for (const { bytes, recordId, time } of chunk.eachLine()) {
      lines.push(`${new TextDecoder().decode(bytes)} ${recordId} ${time}`);
    }
  }
  // Each line has nine bytes.
  assert.equal(again, Math.floor(unconfirmed.bytes / 9));
  const expected = Array.from({ length: again }, (_, i) => 400 - again + i);
  assert.deepEqual(lines, expected.map((i) => `line ${i} ${i} ${1_000 * i}`));
});
