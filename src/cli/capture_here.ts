/** Which parts of capturing exist on which system. */
import { Exit, Failure } from "./usage.ts";

/** @throws {Failure} on systems without live capture, saying what works there. */
export function refuseWithoutCapture(): void {
  if (Deno.build.os === "linux" || Deno.build.os === "windows") return;
  throw new Failure(
    "capturing needs Linux or Windows; on this system recordings can be replayed and configurations checked",
    Exit.COULD_NOT_RUN,
  );
}

/** @throws {Failure} on other systems than Linux, with what to do there. */
export function refuseWithoutLinux(what: string, instead: string): void {
  if (Deno.build.os === "linux") return;
  throw new Failure(`${what} needs Linux; ${instead}`, Exit.COULD_NOT_RUN);
}
