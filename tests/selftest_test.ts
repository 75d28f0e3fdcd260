/** The self-test finds every event that the plan of this kernel promises. */
import assert from "node:assert/strict";
import { captureTest } from "./support/environment.ts";
import { monomi } from "./support/sensor.ts";

interface Finding {
  readonly event: number;
  readonly verdict: string;
  readonly reason?: string;
  readonly milliseconds?: number;
  readonly programs: readonly { readonly name: string; readonly hooks: readonly string[] }[];
}

/** What needs no device and nothing that a kernel can be built without. */
const ALWAYS = [1, 2, 3, 5, 7, 8, 10, 11, 17, 18, 22, 25, 26, 29, 100];

captureTest("every event is provoked and seen", async (t) => {
  const { code, stdout, stderr } = await monomi("selftest", "--json", "--patience", "30s");
  assert.equal(code, 0, `${stdout}${stderr}`);
  const { events }: { events: Finding[] } = JSON.parse(stdout);
  for (const { event, verdict, reason, milliseconds, programs } of events) {
    await t.step(`${event}`, () => {
      if (verdict !== "seen") {
        assert.ok(!ALWAYS.includes(event), `${verdict}: ${reason}`);
        assert.ok(reason, "what was not tried has a reason");
        return;
      }
      assert.ok(milliseconds! > 0);
      assert.ok(programs.length > 0 && programs.every(({ hooks }) => hooks.length > 0));
    });
  }
  await t.step("none is left out", () => {
    const tried = new Set(events.map(({ event }) => event));
    assert.deepEqual(ALWAYS.filter((event) => !tried.has(event)), []);
  });
});
