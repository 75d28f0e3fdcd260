/**
 * How fast recorded Windows files are replayed, against the dump tool of the evtx crate on the same
 * file. The corpus' files are small, so their chunks and buffers are repeated in one file of each kind.
 */

import { Folder } from "../../tests/support/environment.ts";
import { PACKED, ROOT } from "../shared/paths.ts";
import { run, TaskError } from "../shared/task.ts";
import type { Results } from "./results.ts";

/** How the benchmark is called in the results. */
export const REPLAY = "replay";

const CORPUS = `${ROOT}/../shared/corpus`;
const EVTX_HEADER_BYTES = 4096;
const ETL_BUFFER_BYTES = 65_536;
/** The version that native/logs is built with. */
const EVTX_DUMP = "0.15.1";
const EVTX_DUMP_ROOT = `${ROOT}/build/evtx_dump`;

/** One way to read a file. */
interface Reader {
  readonly name: string;
  readonly file: string;
  /** Writes one line a record to the file `out`. */
  readonly command: readonly string[];
}

/** @throws {Deno.errors.NotFound} without the corpus */
export async function runReplay(
  rounds: number,
  scale: number,
  results: Results,
  say: (text: string) => void,
): Promise<void> {
  say("replay: making the files");
  const dump = await evtxDump();
  using folder = new Folder();
  const evtx = folder.at("big.evtx");
  const etl = folder.at("big.etl");
  await writeRepeated(evtx, await evtxParts(), Math.ceil(200 * scale));
  await writeRepeated(etl, await etlParts(), Math.ceil(20 * scale));
  const out = folder.at("out");
  const readers: Reader[] = [
    {
      name: "monomi EVTX",
      file: evtx,
      command: [PACKED, "replay", evtx, "--sink", `json:${out}`],
    },
    {
      name: "evtx_dump, 1 thread",
      file: evtx,
      command: [dump, "--threads", "1", "-o", "jsonl", "-f", out, "--no-confirm-overwrite", evtx],
    },
    {
      name: "monomi ETL",
      file: etl,
      command: [PACKED, "replay", etl, "--sink", `json:${out}`],
    },
  ];
  for (let round = 1; round <= rounds; round++) {
    for (const { name, file, command } of readers) {
      say(`replay: ${name}, round ${round}`);
      await Deno.remove(out).catch(() => {});
      const begin = performance.now();
      await quietly(command);
      const seconds = (performance.now() - begin) / 1000;
      const count = await countLines(out);
      results.add(REPLAY, name, round, {
        records_per_s: count / seconds,
        megabytes_per_s: (await Deno.stat(file)).size / 1e6 / seconds,
        records: count,
      });
    }
  }
}

/** Builds the tool once, for this benchmark alone. */
async function evtxDump(): Promise<string> {
  const path = `${EVTX_DUMP_ROOT}/bin/evtx_dump`;
  try {
    await Deno.stat(path);
  } catch {
    await run("cargo", [
      "install",
      "evtx",
      "--version",
      EVTX_DUMP,
      "--locked",
      "--root",
      EVTX_DUMP_ROOT,
    ]);
  }
  return path;
}

/** A file's head, and what may stand behind it any number of times. */
interface Parts {
  readonly head: Uint8Array;
  readonly body: readonly Uint8Array[];
}

async function evtxParts(): Promise<Parts> {
  const names = [...Deno.readDirSync(`${CORPUS}/evtx`)].map(({ name }) => name).sort();
  const files = await Promise.all(names.map((name) => Deno.readFile(`${CORPUS}/evtx/${name}`)));
  return {
    head: files[0].subarray(0, EVTX_HEADER_BYTES),
    body: files.map((bytes) => bytes.subarray(EVTX_HEADER_BYTES)),
  };
}

async function etlParts(): Promise<Parts> {
  const bytes = await Deno.readFile(`${CORPUS}/etl/shutdown-kernel-logger.etl`);
  const head = bytes.subarray(0, ETL_BUFFER_BYTES);
  return { head, body: [bytes.subarray(ETL_BUFFER_BYTES)] };
}

async function writeRepeated(path: string, { head, body }: Parts, times: number): Promise<void> {
  using file = await Deno.create(path);
  const write = async (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  };
  await write(head);
  for (let i = 0; i < times; i++) for (const part of body) await write(part);
}

async function quietly([program, ...args]: readonly string[]): Promise<void> {
  const command = new Deno.Command(program, { args, stdout: "null", stderr: "piped" });
  const { success, stderr } = await command.output();
  if (!success) throw new TaskError(`${program} failed: ${new TextDecoder().decode(stderr)}`);
}

async function countLines(path: string): Promise<number> {
  let lines = 0;
  for await (const bytes of (await Deno.open(path)).readable) {
    for (const byte of bytes) if (byte === 0x0a) lines++;
  }
  return lines;
}
