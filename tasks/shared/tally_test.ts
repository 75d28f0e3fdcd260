import assert from "node:assert/strict";
import { addUp, cargoTally, denoTally, withOutcome } from "./tally.ts";

Deno.test("cargoTally sums all test programs", () => {
  const output = `running 12 tests
test image::tests::trailer_round_trips ... ok

test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 5.84s

     Running unittests src/lib.rs
test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
`;
  assert.deepEqual(cargoTally(output), { passed: 15, failed: 2, skipped: 1 });
});

Deno.test("denoTally reads the closing line in all its shapes", () => {
  assert.deepEqual(denoTally("a ... ok (1ms)\n\nok | 5 passed | 0 failed (12ms)\n"), {
    passed: 5,
    failed: 0,
    skipped: 0,
  });
  assert.deepEqual(
    denoTally("FAILED | 2 passed (1 step) | 1 failed (3 steps) | 4 ignored (2 steps) (9ms)\n"),
    { passed: 2, failed: 1, skipped: 4 },
  );
});

Deno.test("denoTally believes only the last closing line", () => {
  const output = "ok | 100 passed | 0 failed (1ms)\nFAILED | 1 passed | 1 failed (2ms)\n";
  assert.deepEqual(denoTally(output), { passed: 1, failed: 1, skipped: 0 });
});

Deno.test("withOutcome counts a crash and an empty run as a failure", () => {
  const passed = { passed: 3, failed: 0, skipped: 0 };
  assert.deepEqual(withOutcome(passed, 0), passed);
  assert.equal(withOutcome(passed, 101).failed, 1);
  assert.equal(withOutcome({ ...passed, failed: 2 }, 101).failed, 2);
  assert.equal(withOutcome(denoTally("error: module not found"), 1).failed, 1);
  assert.equal(withOutcome(cargoTally(""), 0).failed, 1);
});

Deno.test("addUp sums", () => {
  const one = { passed: 1, failed: 2, skipped: 3 };
  assert.deepEqual(addUp(one, one), { passed: 2, failed: 4, skipped: 6 });
  assert.deepEqual(addUp(), { passed: 0, failed: 0, skipped: 0 });
});
