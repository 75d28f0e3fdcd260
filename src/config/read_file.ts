/** Reads a configuration file from disk or standard input, within the size limit. */
import { MAX_FILE_SIZE } from "./encoding.ts";
import { loadConfig, type LoadOptions, type LoadResult } from "./load.ts";

const CHUNK = 64 * 1024;

/**
 * Loads `path`; `-` is standard input. Throws what opening or reading throws (`Deno.errors`). Stops
 * reading behind the size limit, whatever the path leads to.
 */
export async function loadConfigFile(path: string, options: LoadOptions = {}): Promise<LoadResult> {
  return loadConfig(await readConfigBytes(path), path === "-" ? "<stdin>" : path, options);
}

/** The bytes of `path`, as far as {@link loadConfigFile} reads them. */
export async function readConfigBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  if (path === "-") return await readBounded(Deno.stdin);
  using file = await Deno.open(path);
  return await readBounded(file);
}

interface Reader {
  read(buffer: Uint8Array): Promise<number | null>;
}

async function readBounded(reader: Reader): Promise<Uint8Array<ArrayBuffer>> {
  let buffer = new Uint8Array(CHUNK);
  let length = 0;
  while (length <= MAX_FILE_SIZE) {
    if (length === buffer.length) {
      const larger = new Uint8Array(buffer.length * 2);
      larger.set(buffer);
      buffer = larger;
    }
    const count = await reader.read(buffer.subarray(length));
    if (count === null) break;
    length += count;
  }
  return buffer.subarray(0, length);
}
