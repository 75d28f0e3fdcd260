/**
 * The native library for tests.
 */
import { fileURLToPath } from "node:url";
import { Native } from "./native.ts";

const LIBRARY = fileURLToPath(
  new URL("../../native/target/release/libmonomi.so", import.meta.url),
);

/** Loads the library that `deno task build` makes. @throws with what to do when it is not there. */
export function builtNative(): Native {
  try {
    return new Native(LIBRARY);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nRun \`deno task build\` before this test.`);
  }
}
