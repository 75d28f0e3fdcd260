/**
 * Lines into Windows' event log, through functions that the caller of the sinks gives.
 */
import type { EventProvider } from "../../schema/mod.ts";
import type { Chunk } from "../chunk.ts";
import type { Sender } from "../queued_target.ts";
import { LINE_END } from "./renderer.ts";

/** The functions of `native/ffi/src/windows_event_log.rs`. */
export interface EventLogCalls {
  /** Number of a registered provider. @throws with why Windows refuses. */
  open(provider: Uint8Array<ArrayBuffer>): number;
  /** How many lines Windows has taken, and its code for the next one: 0 when there is none. */
  write(log: number, lines: Uint8Array<ArrayBuffer>): { written: number; code: number };
  close(log: number): void;
}

/** Whose events are written, and with what. */
export interface EventLogAccess {
  readonly calls: EventLogCalls;
  readonly provider: EventProvider;
}

/** Codes of winerror.h for an event that Windows will never take. */
const HOPELESS: Readonly<Record<number, string>> = {
  13: "it is not encoded as it should be",
  87: "it has more fields than an event can have",
  234: "it is larger than the 64 KiB that Windows takes",
  534: "it is larger than the 64 KiB that Windows takes",
};
/** ERROR_NOT_ENOUGH_MEMORY and ERROR_LOG_FILE_FULL: no buffer is free. */
const BUSY = new Set([8, 1502]);
/** ERROR_EVT_CHANNEL_NOT_FOUND. */
const UNHEARD = 15_007;

/** Writes what Windows takes; an event is whole in the log or counted as dropped, and never cut. */
export class EventLogSender implements Sender {
  readonly separator = LINE_END;
  readonly longestRetryMilliseconds = 2_000;
  readonly #calls: EventLogCalls;
  readonly #provider: EventProvider;
  #log: number | undefined;

  constructor({ calls, provider }: EventLogAccess) {
    this.#calls = calls;
    this.#provider = provider;
  }

  send(chunk: Chunk): Promise<void> {
    return Promise.try(() => this.#write(chunk));
  }

  isFinal(): boolean {
    return false;
  }

  close(): void {
    if (this.#log !== undefined) this.#calls.close(this.#log);
    this.#log = undefined;
  }

  #write(chunk: Chunk): void {
    this.#log ??= this.#calls.open(this.#provider.guidBytes);
    while (chunk.lines > 0) {
      const rest = chunk.bytes.subarray(chunk.start, chunk.end);
      const { written, code } = this.#calls.write(this.#log, rest);
      chunk.consumeLines(written);
      if (code === 0) return;
      const why = HOPELESS[code];
      if (why === undefined) throw new Error(this.#explain(code));
      chunk.discardLine(`Windows' event log refuses event ${chunk.recordId}: ${why}`);
    }
  }

  #explain(code: number): string {
    const { channel, name } = this.#provider;
    if (code === UNHEARD) {
      return `the channel ${channel} is not enabled, or not registered: ` +
        `\`${name} schema --eventlog\` prints the manifest that \`wevtutil im\` registers`;
    }
    if (BUSY.has(code)) return "events come faster than Windows' event log takes them";
    return `EventWrite failed with error ${code}`;
  }
}
