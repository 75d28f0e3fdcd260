/** Opening the native library for logs that need it, before permissions are given up. */
import type { Native } from "../sources/native.ts";
import { EVTX_MAGIC } from "../sources/logs/evtx.ts";

/** The library when one of these files is a Windows event log, which only it can read. */
export async function nativeForLogs(
  paths: Iterable<string>,
  load: () => Native,
): Promise<Native | undefined> {
  for (const path of new Set(paths)) {
    if (await isEvtx(path)) return load();
  }
  return undefined;
}

/** What cannot be opened is none; reading it will say why. Standard input cannot be looked at. */
async function isEvtx(path: string): Promise<boolean> {
  if (path === "-") return false;
  try {
    if (!(await Deno.stat(path)).isFile) return false;
    using file = await Deno.open(path);
    const start = new Uint8Array(EVTX_MAGIC.length);
    return await file.read(start) === start.length &&
      new TextDecoder().decode(start) === EVTX_MAGIC;
  } catch (error) {
    if (error instanceof TypeError || !(error instanceof Error)) throw error;
    return false;
  }
}
