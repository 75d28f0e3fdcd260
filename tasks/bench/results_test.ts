import assert from "node:assert/strict";
import { median, Results, spread } from "./results.ts";

Deno.test("median is the middle value, or between the two middle ones", () => {
  assert.equal(median([]), undefined);
  assert.equal(median([10, 9, 100]), 10);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

Deno.test("spread is the range as a share of the median", () => {
  assert.equal(spread([100, 90, 110]), 0.2);
  assert.equal(spread([100]), 0);
});

Deno.test("pairwise ratios compare figures of the same round only", () => {
  const results = new Results();
  results.add("exec", "none", 1, { rate: 100 });
  results.add("exec", "none", 2, { rate: 200 });
  results.add("exec", "monomi", 2, { rate: 150, unmeasured: undefined });
  results.add("exec", "monomi", 3, { rate: 1 });
  assert.deepEqual(results.pairwiseRatios("exec", "monomi", "none", "rate"), [0.75]);
  assert.equal(results.median("exec", "none", "rate"), 150);
  assert.equal(results.sum("exec", "none", "rate"), 300);
  assert.equal(results.median("exec", "monomi", "unmeasured"), undefined);
  assert.deepEqual(results.sensors("exec"), ["none", "monomi"]);
});

Deno.test("csv quotes what would break a row", () => {
  const results = new Results();
  results.add("machine", "", 0, { cpu: 'a "b", c', cores: 2 });
  assert.equal(
    results.csv(),
    'benchmark,sensor,round,quantity,value\r\nmachine,,0,cpu,"a ""b"", c"\r\nmachine,,0,cores,2\r\n',
  );
});
