import assert from "node:assert/strict";
import { LiveDecoder } from "../events/windows/live_decoder.ts";
import type { CaptureStats } from "../sources/native_answers.ts";
import { ErrorReports } from "./error_reports.ts";
import { withForgotten } from "./forgotten.ts";
import { lost } from "./summary.ts";

const STATS: CaptureStats = {
  ...{ kinds: {}, programs: [], failedHooks: [], ringBytes: 0, delivered: 0 },
  ...{ malformed: 0, unchanged: 0 },
};
/** As many new files as are waited for. */
const ROOM = 16_384;

Deno.test("a new stream that there is no room to wait for is lost, and counted and told as such", () => {
  const buffer = new Uint8Array(4 * 1024 * 1024);
  const decoder = new LiveDecoder(buffer);
  const decode = (lines: readonly object[]) => {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    decoder.decode(new TextEncoder().encodeInto(text, buffer).written, []);
  };
  const made = (object: number) => ({
    event: "FileCreate",
    time: 0,
    pid: 7,
    fields: { object: `${object}`, path: "\\Device\\HarddiskVolume3\\x:stream" },
  });
  const closed = (object: number) => ({
    ...{ event: "FileCleanup", time: 0, pid: 7 },
    fields: { object: `${object}` },
  });
  const stats = () => withForgotten(STATS, decoder.counters.forgotten);
  decode([made(-1), closed(-1), ...Array.from({ length: ROOM }, (_, object) => made(object))]);
  assert.equal(stats(), STATS, "there is room");
  decode([made(ROOM), made(ROOM + 1), closed(ROOM), made(ROOM + 2)]);
  const { newFile } = stats().kinds;
  assert.equal(lost(newFile), 2);
  const [told] = new ErrorReports().losses(stats(), 0);
  assert.match(String(told.values.at(-1)), /^2 newFile events lost/);
});
