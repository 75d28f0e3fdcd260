/**
 * Files as targets: `PATH[,size=SIZE[,count=COUNT]]`.
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
  open: ({ path, rotation }, { tell }) => ({
    name: `file ${path}`,
    sender: new FileSender(path, rotation, tell),
  }),
};

function readRotation(settings: Settings): Rotation | undefined {
  const size = settings.takeSize("size", SMALLEST_ROTATION_BYTES);
  const count = settings.takeCount("count", "a number of old files", MOST_OLD_FILES);
  if (size !== undefined) return { size, count: count ?? DEFAULT_OLD_FILES };
  if (count !== undefined) throw settings.refusal("count needs size, such as size=100M,count=5");
  return undefined;
}
