import assert from "node:assert/strict";
import type { Chunk } from "./chunk.ts";
import { LineQueue } from "./line_queue.ts";

const LF = 10;
const decode = (chunk: Chunk) =>
  new TextDecoder().decode(chunk.bytes.subarray(chunk.start, chunk.end));

function chunkOf(...lines: string[]): Chunk {
  const queue = new LineQueue(1000, LF);
  queue.add(lines, lines.length, "");
  return queue.take()!;
}

Deno.test("lines come out in order, encoded, with prefix and separator", () => {
  const queue = new LineQueue(1000, LF);
  assert.equal(queue.add(["a", "\u4e2d\u{1f600}", "not taken"], 2, "> "), 0);
  assert.equal(queue.add(["c"], 1, ""), 0);
  const chunk = queue.take()!;
  assert.equal(decode(chunk), "> a\n> \u4e2d\u{1f600}\nc\n");
  assert.equal(chunk.lines, 3);
  assert.equal(queue.take(), undefined);
});

Deno.test("lines beyond the limit are refused until bytes are settled", () => {
  const queue = new LineQueue(10, LF);
  assert.equal(queue.add(["1234", "56789", "abc", "d"], 4, ""), 2);
  assert.equal(queue.bytes, 9);
  const chunk = queue.take()!;
  assert.equal(decode(chunk), "1234\nabc\n");
  assert.equal(queue.add(["e"], 1, ""), 1, "what was taken out still counts");
  queue.settle(chunk.end);
  assert.equal(queue.add(["e"], 1, ""), 0);
});

Deno.test("many lines, and lines longer than a chunk, arrive whole", () => {
  const queue = new LineQueue(64 << 20, LF);
  const lines = Array.from({ length: 5000 }, (_, i) => `${i} ${"\u4e2d".repeat(i % 400)}`);
  lines.splice(2500, 0, "x".repeat(1_000_000), "\u4e2d".repeat(500_000));
  assert.equal(queue.add(lines, lines.length, ""), 0);
  let text = "";
  let count = 0;
  for (let chunk = queue.take(); chunk !== undefined; chunk = queue.take()) {
    text += decode(chunk);
    count += chunk.lines;
    queue.settle(chunk.end);
    queue.recycle(chunk);
  }
  assert.equal(count, lines.length);
  assert.ok(text === lines.join("\n") + "\n");
  assert.equal(queue.bytes, 0);
});

Deno.test("a recycled chunk is used again and empty", () => {
  const queue = new LineQueue(1000, LF);
  queue.add(["a"], 1, "");
  const first = queue.take()!;
  first.consume(2);
  queue.recycle(first);
  queue.add(["b"], 1, "");
  const second = queue.take()!;
  assert.equal(second, first);
  assert.equal(decode(second), "b\n");
  assert.equal(second.lines, 1);
});

Deno.test("consume counts whole lines", () => {
  const chunk = chunkOf("ab", "cd", "ef");
  chunk.consume(4);
  assert.equal(chunk.lines, 2);
  chunk.consume(2);
  assert.equal(chunk.lines, 1);
  chunk.consume(3);
  assert.equal(chunk.lines, 0);
});

Deno.test("lines may be consumed while they are gone through", () => {
  const chunk = chunkOf("ab", "cd", "ef");
  const seen: string[] = [];
  for (const { bytes } of chunk.eachLine()) {
    seen.push(new TextDecoder().decode(bytes));
    if (seen.length === 2) chunk.discardLine("too long");
    else chunk.consumeLines(1);
  }
  assert.deepEqual([seen, chunk.lines], [["ab", "cd", "ef"], 0]);
});

Deno.test("line ends are found in what is left", () => {
  const chunk = chunkOf("ab", "cd", "ef");
  assert.deepEqual([0, 2, 3, 5, 6, 8, 9, 99].map((at) => chunk.lastLineEnd(at)), [
    0,
    0,
    3,
    3,
    6,
    6,
    9,
    9,
  ]);
  assert.equal(chunk.nextLine(), 3);
  chunk.consume(3);
  assert.equal(chunk.lastLineEnd(5), 3);
  assert.equal(chunk.nextLine(), 6);
});

Deno.test("a discarded line is counted with its bytes and reason", () => {
  const chunk = chunkOf("ab", "cde");
  chunk.consume(3);
  chunk.discardLine("too long");
  assert.deepEqual(
    [chunk.lines, chunk.discarded, chunk.discardedBytes, chunk.discardReason, chunk.start],
    [0, 1, 4, "too long", chunk.end],
  );
});
