/**
 * What tells one HTTP receiver from another: how lines become a request, and what its answer means.
 */
import type { Body } from "../body.ts";
import type { Line } from "../chunk.ts";
import type { Answer, Request } from "./client.ts";

/** What became of one line. */
export type Verdict =
  /** The receiver has it. */
  | "taken"
  /** It may take it later. */
  | "later"
  /** It will never take it, for this reason. */
  | { readonly refused: string };

/** One POST and its answer, bounded and without the token in its errors. */
export type Post = (request: Request) => Promise<Answer>;

/** A kind of receiver. */
export interface Protocol {
  /** The request's bytes before compression stay below it, unless one line is longer. */
  readonly largestBytes?: number;
  /** @throws when the token cannot be had. */
  request(lines: readonly Line[]): Promise<Request>;
  /**
   * Reads the answer to a request that was accepted (2xx).
   *
   * @returns one verdict per line
   * @throws when the answer is not what the protocol says.
   */
  accepted(answer: Answer, lines: readonly Line[], post: Post): Promise<Verdict[]> | Verdict[];
  /**
   * Reads an answer that says that something is wrong with the content (400, 422).
   *
   * @returns which line it is, undefined where the answer does not tell, "none" where it is how the receiver
   * or the sink is set up.
   */
  offender?(answer: Answer): number | "none" | undefined;
  /** Called when the token was not accepted. */
  forgetToken?(): void;
}

/** Puts the same verdict on all lines. */
export function all(lines: readonly Line[], verdict: Verdict): Verdict[] {
  return lines.map(() => verdict);
}

const decoder = new TextDecoder();

/** A line as JSON: as it is where the format is JSON, else a string. */
export function asJson({ bytes }: Line, isJson: boolean): string | Uint8Array {
  return isJson ? bytes : JSON.stringify(decoder.decode(bytes));
}

/** A line's text. */
export function textOfLine({ bytes }: Line): string {
  return decoder.decode(bytes);
}

/** A JSON object of the line with `member` (`"name":value`) in front of its own members. */
export function withMember(line: Line, isJson: boolean, member: string, body: Body): void {
  if (isJson) body.add(`{${member},`).add(line.bytes.subarray(1));
  else body.add(`{${member},"event":`).add(asJson(line, false)).add("}");
}
