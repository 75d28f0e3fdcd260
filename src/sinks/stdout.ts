/**
 * Lines to standard output.
 */
import type { Chunk } from "./chunk.ts";
import type { SinkPlace, TargetKind } from "./kind.ts";
import type { Sender } from "./queued_target.ts";
import { codeOf } from "./target.ts";

const LINE_FEED = 10;
const WAIT_FOR_READER_MILLISECONDS = 10;
const READER_IS_GONE: ReadonlySet<string | undefined> = new Set(["EPIPE", "EBADF", "EIO"]);

/** Standard output. */
export interface StdoutPlace extends SinkPlace {
  readonly kind: "stdout";
}

/** Takes `-`. */
export const stdoutKind: TargetKind<StdoutPlace> = {
  kind: "stdout",
  isRemote: false,
  accepts: (target) => target === "-",
  read: () => ({ kind: "stdout" }),
  name: () => "stdout",
  open: () => new StdoutSender(),
};

/**
 * Writes to standard output. A reader that stops reading fills the queue and no more; one
 * that goes away resolves the target's `broken`.
 */
export class StdoutSender implements Sender {
  readonly longestRetryMilliseconds = 2_000;
  readonly separator = LINE_FEED;

  async send(chunk: Chunk): Promise<void> {
    while (chunk.start < chunk.end) {
      try {
        chunk.consume(await Deno.stdout.write(chunk.bytes.subarray(chunk.start, chunk.end)));
      } catch (error) {
        // Another program that shares the terminal or pipe may have made it non-blocking.
        if (codeOf(error) !== "EAGAIN") throw error;
        await new Promise((resolve) => setTimeout(resolve, WAIT_FOR_READER_MILLISECONDS));
      }
    }
  }

  isFinal(error: unknown): boolean {
    return READER_IS_GONE.has(codeOf(error));
  }

  close(): void {}
}
