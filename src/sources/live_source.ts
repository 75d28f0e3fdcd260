/** What live capture is on this system: who the host is, and what decodes its batches. */
import process from "node:process";
import { Decoder } from "../events/decoder.ts";
import type { Event } from "../events/event.ts";
import type { Interference } from "../events/interference_records.ts";
import type { Family } from "../events/process_table.ts";
import { LiveDecoder } from "../events/windows/live_decoder.ts";
import { LiveHost } from "./live_host.ts";
import type { Native } from "./native.ts";

/** Decodes the batches that are drained into one buffer. */
export interface BatchDecoder {
  /** Which events are worth being built. */
  wanted: (id: number) => boolean;
  readonly counters: {
    readonly records: number;
    readonly unknown: number;
    readonly running: number;
    /** Events lost because too much was waited for; absent where nothing is. */
    readonly forgotten?: number;
  };
  /** Absent where families of processes cannot be followed. */
  readonly processes?: { follow(root: number): Family | undefined };
  /** Appends the events of the buffer's first `length` bytes. */
  decode(length: number, events: Event[]): void;
  /** What was done to the sensor since the last call; absent where that is not seen. */
  takeInterferences?(): readonly Interference[];
  /** Appends events that waited for more about them; with `all`, those that would wait on. */
  release?(events: Event[], all: boolean): void;
}

/** The running host as a source of events. */
export interface LiveSource {
  /** Its name. */
  readonly computer: string;
  /** Id of the user that this program runs as; 0 on Windows. */
  readonly userId: number;
  decoder(buffer: Uint8Array<ArrayBuffer>): BatchDecoder;
}

/** The source that this system is; GUIDs of processes outlive it with a directory for state. */
export function liveSource(native: Native, stateDirectory?: string): LiveSource {
  if (Deno.build.os === "windows") {
    return {
      computer: Deno.hostname(),
      userId: 0,
      decoder: (buffer) => new LiveDecoder(buffer),
    };
  }
  const host = new LiveHost(native, stateDirectory);
  return {
    computer: host.computer,
    userId: process.geteuid!(),
    decoder: (buffer) => new Decoder(host, buffer),
  };
}
