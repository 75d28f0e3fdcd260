/**
 * Who writes the events of an instance into Windows' event log.
 */
import { createHash } from "node:crypto";

/** A provider of Windows' event log, as its manifest declares it. */
export interface EventProvider {
  readonly name: string;
  /** As it lies in memory on Windows: the first three groups little-endian. */
  readonly guidBytes: Uint8Array<ArrayBuffer>;
  /** `{01234567-89ab-cdef-0123-456789abcdef}`. */
  readonly guid: string;
  /** `NAME/Operational`. */
  readonly channel: string;
}

/** Of the names below; drawn once, never to be changed. */
const NAMESPACE = Uint8Array.fromHex("3f1c6a0e5d8b4c7a9e2147b3d05fa861");

/**
 * The provider of the instance with this name, in whatever case: a GUID of version 5 (RFC 9562) of the name
 * in lower case, so that instances of different names do not share one.
 */
export function eventProvider(name: string): EventProvider {
  const digest = createHash("sha1").update(NAMESPACE).update(name.toLowerCase()).digest();
  const bytes = new Uint8Array(digest.subarray(0, 16));
  bytes[6] = bytes[6] & 0x0f | 0x50;
  bytes[8] = bytes[8] & 0x3f | 0x80;
  const groups = [[0, 4], [4, 6], [6, 8], [8, 10], [10, 16]]
    .map(([start, end]) => bytes.subarray(start, end).toHex());
  const guidBytes = bytes.slice();
  guidBytes.subarray(0, 4).reverse();
  guidBytes.subarray(4, 6).reverse();
  guidBytes.subarray(6, 8).reverse();
  return { name, guidBytes, guid: `{${groups.join("-")}}`, channel: `${name}/Operational` };
}
