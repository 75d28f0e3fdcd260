/**
 * Sends chunks of lines in requests, and settles each line by what the receiver answers.
 */
import type { Chunk, Line } from "../chunk.ts";
import { shown } from "../foreign_text.ts";
import { pauseFor } from "../pause.ts";
import type { Sender } from "../queued_target.ts";
import { type Answer, type HttpClient, refusedRequest } from "./client.ts";
import { all, type Protocol, type Verdict } from "./protocol.ts";

const NEWLINE = 10;
const DEFAULT_LARGEST_BYTES = 1_000_000;
/** Rounds for single lines that the receiver wants later, before the target's own back-off. */
const ROUNDS = 4;
const FIRST_PAUSE_MILLISECONDS = 50;
/** As many as it takes to find one line among those of a chunk, and two more. */
const MOST_REFUSALS = 16;
const TOO_LARGE = 413;
const WRONG_CONTENT: readonly number[] = [400, 422];
const WRONG_TOKEN: readonly number[] = [401, 403];

/** Delivers to one HTTP receiver. */
export class HttpSender implements Sender {
  readonly separator = NEWLINE;
  readonly #client: HttpClient;
  readonly #protocol: Protocol;
  /** Whether the receiver ever took a line: only then a refusal is the line's fault. */
  #isTrusted = false;
  #refusals = 0;

  constructor(client: HttpClient, protocol: Protocol) {
    this.#client = client;
    this.#protocol = protocol;
  }

  async send(chunk: Chunk, signal: AbortSignal): Promise<void> {
    const lines = this.#batch(chunk);
    this.#refusals = 0;
    const verdicts = await this.#settled(lines, signal);
    for (const verdict of verdicts) {
      if (verdict === "taken") chunk.consumeLines(1);
      else if (verdict === "later") throw new Error("the receiver wants some events later");
      else if (this.#isTrusted) chunk.discardLine(`refused by the receiver: ${verdict.refused}`);
      else throw new Error(`the receiver refuses all events: ${verdict.refused}`);
    }
  }

  isFinal(): boolean {
    return false;
  }

  close(): void {
    this.#client.close();
  }

  /** As many lines as fit into a request. */
  #batch(chunk: Chunk): Line[] {
    const lines: Line[] = [];
    let bytes = 0;
    for (const line of chunk.eachLine()) {
      bytes += line.bytes.length;
      if (bytes > (this.#protocol.largestBytes ?? DEFAULT_LARGEST_BYTES) && lines.length > 0) break;
      lines.push(line);
    }
    return lines;
  }

  /** Verdicts after a few rounds with what the receiver wants later. */
  async #settled(lines: readonly Line[], signal: AbortSignal): Promise<Verdict[]> {
    const verdicts = await this.#verdicts(lines, signal);
    let pause = FIRST_PAUSE_MILLISECONDS;
    for (let round = 1; round < ROUNDS && verdicts.includes("later"); round++) {
      await pauseFor(pause, signal);
      pause *= 2;
      const waiting = lines.keys().filter((i) => verdicts[i] === "later").toArray();
      const again = await this.#verdicts(waiting.map((i) => lines[i]), signal);
      waiting.forEach((i, at) => verdicts[i] = again[at]);
    }
    return verdicts;
  }

  /** Verdicts on lines; those with one among them that is wrong are halved until it is found. */
  async #verdicts(lines: readonly Line[], signal: AbortSignal): Promise<Verdict[]> {
    const post = (request: Parameters<HttpClient["post"]>[0]) => this.#client.post(request, signal);
    const answer = await post(await this.#protocol.request(lines));
    const { status } = answer;
    if (status >= 200 && status < 300) {
      const verdicts = await this.#protocol.accepted(answer, lines, post);
      this.#isTrusted ||= verdicts.includes("taken");
      return verdicts;
    }
    if (WRONG_TOKEN.includes(status)) this.#protocol.forgetToken?.();
    if (status !== TOO_LARGE && !WRONG_CONTENT.includes(status)) throw refusedRequest(answer);
    const offender = this.#protocol.offender?.(answer);
    if (offender === "none") throw refusedRequest(answer);
    // Who refuses everything is set up wrongly: no use in asking for each line.
    if (!this.#isTrusted && ++this.#refusals > MOST_REFUSALS) throw refusedRequest(answer);
    if (lines.length === 1) return all(lines, { refused: reason(answer) });
    if (offender !== undefined && offender in lines) {
      const others = lines.filter((_, i) => i !== offender);
      const verdicts = await this.#verdicts(others, signal);
      return verdicts.toSpliced(offender, 0, { refused: reason(answer) });
    }
    const middle = lines.length >> 1;
    return [
      ...await this.#verdicts(lines.slice(0, middle), signal),
      ...await this.#verdicts(lines.slice(middle), signal),
    ];
  }
}

function reason({ status, text }: Answer): string {
  return `${status} ${shown(text)}`.trimEnd();
}
