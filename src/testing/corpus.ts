/** Other people's configurations and logs, read in place where they are. */

const CORPUS = new URL("../../../shared/corpus/", import.meta.url);

/** Folder of the configurations. */
export const CORPUS_CONFIGS = new URL("configs/", CORPUS);
/** Folder of the traces. */
export const CORPUS_ETL = new URL("etl/", CORPUS);
/** Folder of the EVTX files. */
export const CORPUS_EVTX = new URL("evtx/", CORPUS);

/** Registers a test that needs the corpus; where it is missing, the test's name says so. */
export function corpusTest(name: string, fn: (t: Deno.TestContext) => void | Promise<void>): void {
  const ignore = !isThere(CORPUS);
  Deno.test({ name: ignore ? `${name} (skipped: ../shared/corpus is missing)` : name, ignore, fn });
}

function isThere(directory: URL): boolean {
  try {
    return Deno.statSync(directory).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
