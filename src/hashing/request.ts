/**
 * What is to be hashed, and its packed form: the other half of native/hash/src/request.rs, which
 * holds the layout. fixtures/abi/hash-request.bin keeps the two together.
 */
import type { HashAlgorithm } from "../config/model.ts";
import type { Image } from "../events/event.ts";

const VERSION = 1;
const HEADER_SIZE = 64;
const FLAG_IDENTITY = 1;
const FLAG_STAMP = 2;
const FLAG_ALLOW_FUSE = 4;
const FLAG_ONLY_PROGRAMS = 8;
const FLAG_SIGNER = 16;
const FLAG_REVOCATION = 32;
const TWO_TO_32 = 2 ** 32;

/** Bytes that the native side needs for any answer (`monomi_hash::ANSWER_CAPACITY`). */
export const ANSWER_CAPACITY = 512;

const ALGORITHM_BITS: Readonly<Record<HashAlgorithm, number>> = {
  SHA1: 1,
  MD5: 2,
  SHA256: 4,
  IMPHASH: 8,
};

/** The image of a process. The caller may reuse the object: nothing keeps it. */
export type HashTarget = Image;

/** What tells a file from every other, as a record holds it. */
export type FileIdentity = Omit<Image, "pid" | "path" | "mustBeProgram" | "isModule">;

/** Policy that goes into every request. */
export interface RequestPolicy {
  readonly algorithms: readonly HashAlgorithm[];
  /** In bytes. */
  readonly maxSize: number;
  readonly budgetMs: number;
  /** Whether files on user-space file systems are read. */
  readonly allowFuse: boolean;
  /** Whether a signer's certificate may have been revoked is asked, too. */
  readonly checkRevocation?: boolean;
}

const encoder = new TextEncoder();

/**
 * The packed request for a process's image. What must be a program may have been changed since (its
 * mode, at least, often is): whatever that file holds now is looked at.
 */
export function packTarget(target: HashTarget, policy: RequestPolicy): Uint8Array<ArrayBuffer> {
  const known = target.inodeLow !== 0 || target.inodeHigh !== 0 ? FLAG_IDENTITY : 0;
  const exact = FLAG_IDENTITY | FLAG_STAMP | (target.isModule ? FLAG_SIGNER : 0);
  const flags = target.mustBeProgram ? FLAG_ONLY_PROGRAMS | known : exact;
  const view = packFile(target.pid, target.path, policy, flags);
  view.setUint32(8, target.device >>> 20, true);
  view.setUint32(12, target.device & 0xfffff, true);
  view.setUint32(16, target.inodeLow, true);
  view.setUint32(20, target.inodeHigh, true);
  view.setUint32(24, target.sizeLow, true);
  view.setUint32(28, target.sizeHigh, true);
  view.setUint32(32, target.mtimeLow, true);
  view.setUint32(36, target.mtimeHigh, true);
  view.setUint32(40, target.ctimeLow, true);
  view.setUint32(44, target.ctimeHigh, true);
  return new Uint8Array(view.buffer);
}

/** The packed request for whatever regular file is at an absolute path of the host. */
export function packPath(
  path: string | Uint8Array,
  policy: RequestPolicy,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(packFile(0, path, policy, 0).buffer);
}

function packFile(
  pid: number,
  path: string | Uint8Array,
  policy: RequestPolicy,
  flags: number,
): DataView<ArrayBuffer> {
  const whole = typeof path === "string" ? encoder.encode(path) : path;
  const bytes = whole.length > 0xffff ? whole.subarray(0, 0xffff) : whole;
  const packed = new Uint8Array(HEADER_SIZE + bytes.length);
  packed.set(bytes, HEADER_SIZE);
  const view = new DataView(packed.buffer);
  view.setUint16(0, VERSION, true);
  const ofPolicy = (policy.allowFuse ? FLAG_ALLOW_FUSE : 0) |
    (policy.checkRevocation ? FLAG_REVOCATION : 0);
  view.setUint16(2, flags | ofPolicy, true);
  view.setUint32(4, pid, true);
  view.setUint32(48, policy.maxSize % TWO_TO_32, true);
  view.setUint32(52, Math.floor(policy.maxSize / TWO_TO_32), true);
  view.setUint32(56, policy.budgetMs, true);
  view.setUint16(60, algorithmBits(policy.algorithms), true);
  view.setUint16(62, bytes.length, true);
  return view;
}

/** Sysmon's bits for a set of algorithms (config-semantics T15). */
function algorithmBits(algorithms: Iterable<HashAlgorithm>): number {
  let bits = 0;
  for (const algorithm of algorithms) bits |= ALGORITHM_BITS[algorithm];
  return bits;
}
