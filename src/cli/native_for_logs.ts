/** Opening the native library for logs that need it, before permissions are given up. */
import type { Native } from "../sources/native.ts";
import { isTrace, TRACE_LOOK } from "../sources/logs/etl.ts";
import { EVTX_MAGIC } from "../sources/logs/evtx.ts";

/** The library when one of these files is a Windows event log or trace, which only it can read. */
export async function nativeForLogs(
  paths: Iterable<string>,
  load: () => Native,
): Promise<Native | undefined> {
  for (const path of new Set(paths)) {
    if (await isBinary(path)) return load();
  }
  return undefined;
}

/** What cannot be opened is none; reading it will say why. Standard input cannot be looked at. */
async function isBinary(path: string): Promise<boolean> {
  if (path === "-") return false;
  try {
    if (!(await Deno.stat(path)).isFile) return false;
    using file = await Deno.open(path);
    const start = new Uint8Array(TRACE_LOOK);
    const length = await file.read(start) ?? 0;
    const read = start.subarray(0, length);
    return isTrace(read) ||
      new TextDecoder().decode(read.subarray(0, EVTX_MAGIC.length)) === EVTX_MAGIC;
  } catch (error) {
    if (error instanceof TypeError || !(error instanceof Error)) throw error;
    return false;
  }
}
