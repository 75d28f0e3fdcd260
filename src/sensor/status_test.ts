import assert from "node:assert/strict";
import { configurationChanged, errorReport, stateChanged } from "./own_events.ts";
import { RecentErrors } from "./status.ts";

Deno.test("of the sensor's own events only 255 are errors, and the last ones are kept", () => {
  const errors = new RecentErrors();
  errors.add(configurationChanged({ name: "/etc/monomi/config.xml (changed)", hash: "SHA256=0" }));
  errors.add(stateChanged("Started"));
  for (let i = 1; i <= 12; i++) errors.add(errorReport("LostEvents", `${i} lost`));
  errors.add(configurationChanged({ name: "/etc/monomi/config.xml (changed)", hash: "SHA256=0" }));
  assert.deepEqual(
    errors.list().map(({ id, description }) => `${id}: ${description}`),
    Array.from({ length: 10 }, (_, i) => `LostEvents: ${i + 3} lost`),
  );
});
