/**
 * Splunk's HTTP Event Collector: `splunk+https://HOST:8088,token-file=PATH`.
 */
import { Body } from "../body.ts";
import { shown } from "../foreign_text.ts";
import { type Answer, fieldsOf } from "./client.ts";
import { httpKind } from "./kind.ts";
import type { HttpPlace } from "./place.ts";
import { all, asJson, type Post } from "./protocol.ts";

/** A collector. */
export interface SplunkPlace extends HttpPlace {
  readonly kind: "splunk";
  /** Wait until the events are indexed. */
  readonly acknowledge: boolean;
  /** `index`, `source` and `sourcetype`, where they are given. */
  readonly metadata: Readonly<Record<string, string>>;
}

const COLLECTOR = "services/collector/event";
const POLL_MILLISECONDS = 250;
const LONGEST_POLL_MILLISECONDS = 60_000;
/** Splunk's codes for content that is wrong, not configuration. */
const WRONG_EVENT: readonly number[] = [5, 6, 12, 13, 15];

/** Wraps each line into HEC's envelope. */
export const splunkKind = httpKind<SplunkPlace>({
  kind: "splunk",
  prefix: "splunk+",
  scheme: "splunk",
  read: (place, settings) => {
    if (place.token === undefined) throw settings.refusal("add token-file=PATH or token-env=NAME");
    const metadata: Record<string, string> = {};
    for (const name of ["index", "source", "sourcetype"]) {
      const value = settings.take(name);
      if (value !== undefined) metadata[name] = value;
    }
    const acknowledge = settings.takeWord("ack", ["yes", "no"]) === "yes";
    return { ...place, kind: "splunk", acknowledge, metadata };
  },
  open: ({ url, acknowledge, metadata }, { isJson, format, computer, authorization }) => {
    const events = new URL(url).pathname === "/" ? new URL(COLLECTOR, url).href : url;
    const channel = crypto.randomUUID();
    const envelope = JSON.stringify({
      host: computer,
      source: "monomi",
      sourcetype: `monomi:${format}`,
      ...metadata,
    }).slice(1, -1);
    const headers = async () => ({
      "content-type": "application/json",
      ...(acknowledge ? { "x-splunk-request-channel": channel } : {}),
      ...await authorization(),
    });
    const acknowledged = async (id: number, post: Post): Promise<boolean> => {
      const poll = new URL("ack", events.replace(/\/event$/, "/"));
      poll.searchParams.set("channel", channel);
      const body = new Body().add(JSON.stringify({ acks: [id] })).bytes();
      const { text } = await post({ url: poll.href, headers: await headers(), body, plain: true });
      return fieldsOf<CollectorAnswer>(text).acks?.[id] === true;
    };
    return {
      request: async (lines) => {
        const body = new Body();
        for (const line of lines) {
          const time = Number.isFinite(line.time) ? line.time / 1000 : 0;
          body.add(`{"time":${time},${envelope},"event":`).add(asJson(line, isJson)).add("}\n");
        }
        return { url: events, headers: await headers(), body: body.bytes() };
      },
      accepted: async ({ text }, lines, post) => {
        const { ackId, code = 0, text: words } = fieldsOf<CollectorAnswer>(text);
        // Others answer 200, too: a page to log in at, say.
        const isOfCollector = text.trim() === "" || ackId !== undefined || words !== undefined;
        if (!isOfCollector || code !== 0) {
          throw new Error(`this is no answer of a collector that took events: ${shown(text)}`);
        }
        if (!acknowledge) return all(lines, "taken");
        if (ackId === undefined) {
          throw new Error("the collector does not acknowledge; leave ack out");
        }
        const end = performance.now() + LONGEST_POLL_MILLISECONDS;
        while (!await acknowledged(ackId, post)) {
          if (performance.now() > end) throw new Error("the events are not acknowledged in time");
          await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
        }
        return all(lines, "taken");
      },
      offender,
    };
  },
});

function offender({ text }: Answer): number | "none" | undefined {
  const { code, "invalid-event-number": number } = fieldsOf<CollectorAnswer>(text);
  if (code === undefined) return undefined;
  if (!WRONG_EVENT.includes(code)) return "none";
  return Number.isInteger(number) ? number : undefined;
}

interface CollectorAnswer {
  readonly text?: string;
  readonly code?: number;
  readonly ackId?: number;
  readonly "invalid-event-number"?: number;
  readonly acks?: Readonly<Record<number, boolean>>;
}
