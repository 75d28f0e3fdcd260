/**
 * Writes numbered lines to standard output through the stdout target, then says on standard error
 * what became of them. For stdout_test.ts.
 */
import { QueuedTarget } from "../queued_target.ts";
import { StdoutSender } from "../stdout.ts";

const LINES_A_BATCH = 500;

const total = Number(Deno.args[0]);
const problems: string[] = [];
const target = new QueuedTarget("stdout", new StdoutSender(), {
  queueBytes: 1 << 20,
  flushMilliseconds: 300,
  onProblem: (message) => problems.push(message),
});
let broken: string | null = null;
target.broken.then((reason) => broken = reason);
for (let first = 0; first < total; first += LINES_A_BATCH) {
  const lines = Array.from(
    { length: LINES_A_BATCH },
    (_, i) => `${first + i} ${"x".repeat(200)}`,
  );
  target.write(lines, lines.length);
  await (target.ready() ?? new Promise((resolve) => setTimeout(resolve)));
}
await target.close();
console.error(JSON.stringify({ counters: target.counters, broken, problems }));
Deno.exit(0);
