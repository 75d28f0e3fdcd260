import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../config/mod.ts";
import { openSinks, parseSink } from "../sinks/mod.ts";
import { openRecordFile } from "../sources/record_file.ts";
import { compilePolicy } from "./policy.ts";
import { replay as replaySources } from "./replay.ts";
import { RecordSource } from "./replay_source.ts";
import { ResourceMeter } from "./resources.ts";

const FIXTURES = new URL("../../fixtures/records/", import.meta.url);
const at = (name: string) => fileURLToPath(new URL(name, FIXTURES));

async function replay(configuration: string | Uint8Array) {
  const bytes = typeof configuration === "string"
    ? new TextEncoder().encode(configuration)
    : configuration;
  const { config } = loadConfig(bytes, "test.xml");
  const policy = compilePolicy(config!, { name: "test.xml", hash: "-" }, undefined);
  const file = openRecordFile(at("shell.mrec"));
  const directory = await Deno.makeTempDir();
  const path = `${directory}/events`;
  try {
    const sinks = openSinks([parseSink(`json:${path}`)], {
      computer: file.host.computer,
      processId: 1,
      userId: 0,
      lossless: true,
    });
    using resources = new ResourceMeter();
    const summary = await replaySources([new RecordSource(file, policy)], sinks, resources);
    return { summary, text: await Deno.readTextFile(path) };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("a recording gives its events, byte for byte", async () => {
  const { summary, text } = await replay(Deno.readFileSync(at("everything.xml")));
  const expected = Deno.readTextFileSync(at("shell.json"));
  assert.deepEqual(text.split("\n"), expected.split("\n"));
  assert.equal(summary.decoder.unknown, 0);
  assert.equal(summary.decoder.running, 1);
  const written = Object.values(summary.events).reduce(
    (sum, counters) => sum + counters.written,
    0,
  );
  assert.equal(written, expected.split("\n").length - 1);
  assert.deepEqual(summary.sinks.map(({ dropped }) => dropped), [0]);
});

Deno.test("processes are known also where nothing about them is logged", async () => {
  const { summary, text } = await replay(
    `<Sysmon schemaversion="4.90"><EventFiltering>
      <NetworkConnect onmatch="include"><DestinationPort>9</DestinationPort></NetworkConnect>
      <ProcessTerminate onmatch="include"/>
      <FileCreate onmatch="include"/>
    </EventFiltering></Sysmon>`,
  );
  const events = text.trimEnd().split("\n").map((line) => JSON.parse(line));
  const [datagram] = events.filter((event) => event.EventID === 3);
  assert.equal(datagram.Image, "/usr/bin/bash");
  assert.equal(datagram.Protocol, "udp");
  assert.ok(summary.events[3].filtered >= 2);
});
