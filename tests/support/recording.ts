/** A recording that is easily told from any other, of as many events as a test wants. */
import { jsonRenderer } from "../../src/sinks/json.ts";
import { sampleEvent } from "../../src/sinks/sample_events.ts";

const BATCH_CHARACTERS = 1e6;

/** Writes the events 1 to `count` as JSON, one a line. @returns the file's bytes */
export async function writeRecording(path: string, count: number): Promise<number> {
  const render = jsonRenderer({ computer: "build-7" });
  const file = await Deno.open(path, { write: true, createNew: true });
  const writer = file.writable.getWriter();
  const encoder = new TextEncoder();
  let text = "";
  let bytes = 0;
  for (let recordId = 1; recordId <= count; recordId++) {
    const values = { TargetFilename: `/tmp/work/${recordId}`, CommandLine: "\u4e2d" };
    text += render({ ...sampleEvent(11, values), recordId }) + "\n";
    if (text.length < BATCH_CHARACTERS && recordId < count) continue;
    const chunk = encoder.encode(text);
    bytes += chunk.length;
    await writer.write(chunk);
    text = "";
  }
  await writer.close();
  return bytes;
}
