/** Capturing exists on Linux only. */
import { Exit, Failure } from "./usage.ts";

/** @throws {Failure} on other systems, saying what works there. */
export function refuseWithoutCapture(): void {
  if (Deno.build.os === "linux") return;
  throw new Failure(
    "capturing needs Linux; on this system recordings can be replayed and configurations checked",
    Exit.COULD_NOT_RUN,
  );
}
