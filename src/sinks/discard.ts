/**
 * Lines to nowhere, for measurements: `json:/dev/null`.
 */
import { fileKind, type FilePlace } from "./file_kind.ts";
import type { TargetKind } from "./kind.ts";

/** The path that stands for this target; as a file it would be refused, and rotated away. */
export const NULL_DEVICE = "/dev/null";

const LINE_FEED = 10;

/** A place that all the work of a file is done for but the writing. */
export interface DiscardPlace extends Omit<FilePlace, "kind"> {
  readonly kind: "discard";
}

/** Takes `/dev/null`, with a file's options. */
export const discardKind: TargetKind<DiscardPlace> = {
  kind: "discard",
  isRemote: false,
  accepts: (target) => target === NULL_DEVICE,
  read: (target, settings) => ({ ...fileKind.read(target, settings), kind: "discard" }),
  name: () => `file ${NULL_DEVICE}`,
  open: () => ({
    separator: LINE_FEED,
    send: (chunk) => {
      chunk.consume(chunk.end - chunk.start);
      return Promise.resolve();
    },
    isFinal: () => false,
    close: () => {},
  }),
};
