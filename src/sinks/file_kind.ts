/**
 * Files as targets: `PATH[,size=SIZE][,age=TIME][,count=COUNT][,total=SIZE][,compress=gzip]`.
 */
import { FileSender } from "./file.ts";
import type { SinkPlace, TargetKind } from "./kind.ts";
import type { Rotation } from "./rotation.ts";
import type { Settings } from "./settings.ts";

/** A file. */
export interface FilePlace extends SinkPlace {
  readonly kind: "file";
  readonly path: string;
  readonly rotation?: Rotation;
}

const SMALLEST_ROTATION_BYTES = 4096;
const MOST_OLD_FILES = 1000;
const DEFAULT_OLD_FILES = 5;

/** Takes every text as a path. */
export const fileKind: TargetKind<FilePlace> = {
  kind: "file",
  isRemote: false,
  accepts: () => true,
  read: (path, settings) => {
    const rotation = readRotation(settings);
    return { kind: "file", path, ...(rotation === undefined ? {} : { rotation }) };
  },
  name: ({ path }) => `file ${path}`,
  open: ({ path, rotation }, { tell }) => new FileSender(path, rotation, tell),
};

function readRotation(settings: Settings): Rotation | undefined {
  const size = settings.takeSize("size", SMALLEST_ROTATION_BYTES);
  const age = settings.takeDuration("age");
  const count = settings.takeCount("count", "a number of old files", MOST_OLD_FILES);
  const total = settings.takeSize("total", 2 * SMALLEST_ROTATION_BYTES);
  const compress = settings.takeWord("compress", ["gzip", "none"]);
  if (size === undefined && age === undefined) {
    if (count !== undefined || total !== undefined || compress !== undefined) {
      throw settings.refusal(
        "count, total and compress need size or age, such as size=100M,count=5",
      );
    }
    return undefined;
  }
  if (total !== undefined && (size === undefined || total < 2 * size)) {
    throw settings.refusal("total needs size and takes at least twice as much");
  }
  return {
    size: size ?? Infinity,
    count: count ?? (total === undefined ? DEFAULT_OLD_FILES : MOST_OLD_FILES),
    ...(age === undefined ? {} : { age }),
    ...(total === undefined ? {} : { total }),
    ...(compress === "gzip" ? { gzip: true } : {}),
  };
}
