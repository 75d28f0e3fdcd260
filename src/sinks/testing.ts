/**
 * For tests only: targets without a set around them.
 */
import { FileSender } from "./file.ts";
import { QueuedTarget } from "./queued_target.ts";
import type { Rotation } from "./rotation.ts";
import type { Target, TargetOptions } from "./target.ts";

/** A file target. */
export function openFileTarget(
  path: string,
  options: TargetOptions & { readonly rotation?: Rotation } = {},
): Target {
  const tell = (message: string) => options.onProblem?.(`file ${path}: ${message}`);
  return new QueuedTarget(`file ${path}`, new FileSender(path, options.rotation, tell), options);
}
