/**
 * Builds what is not built yet and runs the sensor on this terminal.
 *
 * Arguments go to `monomi run`. Ctrl-C ends the sensor, which prints its summary.
 */

import { pack } from "./pack.ts";
import { asProgram, spawn } from "./shared/task.ts";

await asProgram(import.meta.main, async () => {
  const sensor = spawn(await pack(), ["run", ...Deno.args], {});
  // Ctrl-C reaches the sensor by itself; this process only has to outlive it.
  Deno.addSignalListener("SIGINT", () => {});
  Deno.addSignalListener("SIGTERM", () => sensor.kill("SIGTERM"));
  const { code } = await sensor.status;
  Deno.exit(code);
});
