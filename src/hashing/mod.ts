/**
 * Hashes of program images: which algorithms, what is remembered, and what is given up.
 *
 * The reading is done by native/hash off the main thread; docs/hashing.md has the policy.
 *
 * @module
 */
export {
  type HashCounters,
  Hasher,
  type HasherOptions,
  type NativeHash,
  NoProgram,
} from "./hasher.ts";
export { fillImageFacts, ImageDescriber, type ImageFacts } from "./image_facts.ts";
export { type Reason, REASONS } from "./reasons.ts";
export type { FileIdentity, HashTarget } from "./request.ts";
