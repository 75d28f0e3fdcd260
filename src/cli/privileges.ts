/** What a capturing process gives up once everything is attached. */
import { type Native, NativeError } from "../sources/native.ts";

/** Capabilities, on Linux; `say` is told when they cannot be given up, as the sensor works all the same. */
export function giveUpPrivileges(native: Native, say: (text: string) => void): void {
  if (Deno.build.os !== "linux") return;
  try {
    native.giveUpPrivileges();
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    say(`warning: capabilities are kept: ${error.message}`);
  }
}
