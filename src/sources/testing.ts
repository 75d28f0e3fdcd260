/**
 * The native library for tests.
 */
import { builtLibrary } from "./built_library.ts";
import { Native } from "./native.ts";

/** Loads the library that `deno task build` makes. @throws with what to do when it is not there. */
export function builtNative(): Native {
  try {
    return new Native(builtLibrary());
  } catch (error) {
    throw new Error(`${(error as Error).message}\nRun \`deno task build\` before this test.`);
  }
}
