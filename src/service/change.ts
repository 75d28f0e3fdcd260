/** Installing, reloading and removing an instance go one after the other. */
import type { Identity } from "./identity.ts";
import { Lock } from "./lock.ts";
import { removeIfThere } from "./private_files.ts";
import { ServiceError } from "./service_error.ts";

const PATIENCE_MS = 30_000;
const POLL_MS = 20;

/**
 * Keeps others from changing the instance until it is disposed of. The lock lies beside the directories of
 * the instance, which come and go.
 *
 * @throws {ServiceError} when somebody else takes too long
 */
export async function onlyChange({ name, runDirectory }: Identity): Promise<Disposable> {
  // Windows lets one program at a time change a service.
  if (Deno.build.os === "windows") return { [Symbol.dispose]() {} };
  const path = `${runDirectory}.lock`;
  const begin = performance.now();
  for (;;) {
    const lock = Lock.take(path);
    if (lock !== undefined) {
      return {
        [Symbol.dispose]() {
          removeIfThere(path);
          lock[Symbol.dispose]();
        },
      };
    }
    if (performance.now() - begin > PATIENCE_MS) {
      throw new ServiceError(
        `${name} is being installed, reloaded or removed by somebody else (${path})`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
