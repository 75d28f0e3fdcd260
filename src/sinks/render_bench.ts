/**
 * Lines rendered a second: `deno bench -A src/sinks/render_bench.ts`. Each iteration renders 1,000
 * events and encodes the lines, so that strings are flattened as a target does it.
 */
import type { Event } from "../events/event.ts";
import { jsonRenderer } from "./json.ts";
import { LineQueue } from "./line_queue.ts";
import { ecsRenderer } from "./mapping/ecs.ts";
import { ocsfRenderer } from "./mapping/ocsf.ts";
import { prettyRenderer } from "./pretty.ts";
import type { Renderer } from "./renderer.ts";
import { sampleEvent } from "./sample_events.ts";
import { xmlRenderer } from "./xml.ts";

const LINES = 1_000;
const host = { computer: "build-7", processId: 4000, userId: 0 };
const renderers: Record<string, Renderer> = {
  json: jsonRenderer(host),
  xml: xmlRenderer(host),
  pretty: prettyRenderer(),
  ecs: ecsRenderer(host),
  ocsf: ocsfRenderer(host),
};
const loads: Record<string, Event[]> = {
  "FileCreate": Array.from({ length: LINES }, (_, i) =>
    sampleEvent(11, {
      TargetFilename: "/tmp/work/some/dir/file-" + i + ".txt",
      UtcTime: "2024-11-22 15:00:00." + String(i).padStart(3, "0"),
    })),
  "FileCreate, one name not ASCII": Array.from(
    { length: LINES },
    (_, i) => sampleEvent(11, { TargetFilename: "/tmp/\u00fcbung/\u4e2d-" + i + ".txt" }),
  ),
  "ProcessCreate": Array.from(
    { length: LINES },
    (_, i) => sampleEvent(1, { CommandLine: "/usr/bin/python3.11 -m http.server " + i }),
  ),
};

for (const [load, events] of Object.entries(loads)) {
  for (const [format, render] of Object.entries(renderers)) {
    const queue = new LineQueue(1 << 30, 10);
    const lines: string[] = [];
    Deno.bench(`${format} ${load} x ${LINES}`, { group: load }, () => {
      for (let i = 0; i < LINES; i++) lines[i] = render(events[i]);
      queue.add(lines, LINES, "");
      for (let chunk = queue.take(); chunk !== undefined; chunk = queue.take()) {
        queue.settle(chunk.end);
        queue.recycle(chunk);
      }
    });
  }
}
