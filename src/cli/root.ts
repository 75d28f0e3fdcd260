/** What only root, on Windows an administrator, can do. */
import type { Native } from "../sources/native.ts";
import { refuseWithoutCapture } from "./capture_here.ts";
import { Exit, Failure } from "./usage.ts";

/** Whether this process may do it. @throws {NativeError} on Windows, without the library */
export function hasRights(load: () => Native): boolean {
  if (Deno.build.os !== "windows") return Deno.uid() === 0;
  return load().windows.ask({ do: "elevated" }) === true;
}

/** @throws {Failure} for everybody else. */
export function requireRoot(load: () => Native): void {
  refuseWithoutCapture();
  if (hasRights(load)) return;
  throw new Failure(
    Deno.build.os === "windows"
      ? "this needs an administrator's rights: start it from a command prompt that has them"
      : "this needs root",
    Exit.COULD_NOT_RUN,
  );
}
