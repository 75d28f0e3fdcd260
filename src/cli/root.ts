/** What only root on Linux can do. */
import { refuseWithoutCapture } from "./capture_here.ts";
import { Exit, Failure } from "./usage.ts";

/** @throws {Failure} for everybody else. */
export function requireRoot(): void {
  refuseWithoutCapture();
  if (Deno.uid() !== 0) throw new Failure("this needs root", Exit.COULD_NOT_RUN);
}
