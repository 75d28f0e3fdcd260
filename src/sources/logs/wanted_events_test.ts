import assert from "node:assert/strict";
import { Accounts } from "../../events/windows/accounts.ts";
import type { Event } from "../../events/event.ts";
import { TraceDecoder } from "../../events/windows/trace_decoder.ts";
import type { TraceRecord } from "../../events/windows/trace_record.ts";
import { Volumes } from "../../events/windows/volumes.ts";
import { CORPUS_ETL, corpusTest } from "../../testing/corpus.ts";
import { fileURLToPath } from "node:url";
import { builtNative } from "../testing.ts";

const TRACE = fileURLToPath(new URL("shutdown-kernel-logger.etl", CORPUS_ETL));
const OUT_BYTES = 4 * 1024 * 1024;

function recordsOf(path: string): TraceRecord[] {
  const { traces } = builtNative();
  const number = traces.open(path);
  const out = new Uint8Array(OUT_BYTES);
  const records: TraceRecord[] = [];
  for (let length = 1; length > 0;) {
    length = traces.read(number, out);
    const lines = new TextDecoder().decode(out.subarray(0, length)).split("\n");
    records.push(...lines.slice(0, -1).map((line) => JSON.parse(line)));
  }
  traces.close(number);
  return records.filter((record) => record.event !== undefined);
}

corpusTest("events that nobody wants are left out, and change nothing of the others", () => {
  const records = recordsOf(TRACE);
  const decoded = (wanted: (id: number) => boolean): Event[] => {
    const host = { accounts: new Accounts(), volumes: new Volumes(), machine: 0 };
    const decoder = new TraceDecoder(false, host);
    decoder.wanted = wanted;
    return records.flatMap((record) => decoder.decode(record) ?? []);
  };
  const all = decoded(() => true);
  const ids = [...new Set(all.map(({ definition }) => definition.id))];
  assert.ok(ids.length > 2, ids.join());
  for (let set = 0; set < 2 ** ids.length; set++) {
    const wanted = (id: number) => (set >> ids.indexOf(id) & 1) === 1;
    assert.deepEqual(decoded(wanted), all.filter(({ definition }) => wanted(definition.id)));
  }
});
