/**
 * What the file of a Windows image says of itself, in one reading with its hashes: the fields of events
 * 1, 6 and 7 that come from the version resource and from an embedded signature.
 */
import { type Event, MISSING } from "../events/event.ts";
import { type Reason, reasonOf } from "./reasons.ts";
import { packPath, type RequestPolicy } from "./request.ts";

/** The native function, `Native.describe`. */
export type Describe = (
  request: Uint8Array<ArrayBuffer>,
  out: Uint8Array<ArrayBuffer>,
) => Promise<number>;

/** Fields by their names in Sysmon's schema; `-` where the file says nothing. */
export type ImageFacts = Readonly<
  Record<
    | "Hashes"
    | "FileVersion"
    | "Description"
    | "Product"
    | "Company"
    | "OriginalFileName"
    | "Signed"
    | "Signature"
    | "SignatureStatus",
    string
  >
>;

/** Eight texts, of which the native side cuts five at 1,024 code units; names are shorter yet. */
const OUT_BYTES = 64 * 1024;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads the file at `path`, or says why it could not.
 *
 * `Signed` is true for an embedded signature; without one it is `-`, because a catalog may sign the file
 * all the same. `SignatureStatus` is `Unverified`: whether Windows trusts it, only Windows can say.
 */
export async function readImageFacts(
  path: string,
  policy: RequestPolicy,
  describe: Describe,
): Promise<ImageFacts | { readonly unavailable: Reason }> {
  const out = new Uint8Array(OUT_BYTES);
  const length = await describe(packPath(path, policy), out);
  if (length < 0) return { unavailable: reasonOf(length) };
  const texts = decoder.decode(out.subarray(0, length)).split("\0").map((text) => text || MISSING);
  const [Hashes, FileVersion, Description, Product, Company, OriginalFileName, signed] = texts;
  const isSigned = signed === "true";
  return {
    Hashes,
    FileVersion,
    Description,
    Product,
    Company,
    OriginalFileName,
    Signed: isSigned ? signed : MISSING,
    Signature: texts[7],
    SignatureStatus: isSigned ? "Unverified" : MISSING,
  };
}

/** Fills those fields of the event that hold nothing yet. */
export function fillImageFacts({ definition, values }: Event, facts: ImageFacts): void {
  for (const [name, value] of Object.entries(facts)) {
    const index = definition.fieldIndex.get(name);
    if (index !== undefined && values[index] === MISSING) values[index] = value;
  }
}
