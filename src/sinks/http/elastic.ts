/**
 * Elasticsearch and OpenSearch: `elastic+https://HOST:9200/INDEX`, by the bulk API.
 */
import { Body } from "../body.ts";
import { eventId, type Line } from "../chunk.ts";
import { shown } from "../foreign_text.ts";
import { isoTime } from "../renderer.ts";
import { type Answer, fieldsOf } from "./client.ts";
import { httpKind } from "./kind.ts";
import type { HttpPlace } from "./place.ts";
import { all, type Verdict, withMember } from "./protocol.ts";

/** An index or a data stream. */
export interface ElasticPlace extends HttpPlace {
  readonly kind: "elastic";
}

interface Item {
  readonly status?: number;
  readonly error?: { readonly type?: string; readonly reason?: string };
}

interface BulkAnswer {
  readonly errors: unknown;
  readonly items: readonly Readonly<Record<string, Item>>[];
}

const ALREADY_THERE = 409;
const TOO_MANY = 429;
/** What is wrong with the index or the login, not with a document. */
const CLOSED: readonly number[] = [401, 403, 404];
const OF_THE_INDEX =
  /^(?:cluster_block|index_closed|index_not_found|invalid_index_name|security|validation)_exception$/;

/** Creates one document an event; its `_id` is the event's, so that none is there twice. */
export const elasticKind = httpKind<ElasticPlace>({
  kind: "elastic",
  prefix: "elastic+",
  scheme: "apikey",
  read: (place, settings) => {
    if (!/^\/[^/]+\/?$/.test(new URL(place.url).pathname)) {
      throw settings.refusal("name the index or data stream: elastic+https://HOST:9200/INDEX");
    }
    return { ...place, kind: "elastic" };
  },
  open: ({ url }, { isJson, format, computer, authorization }) => {
    const bulk = new URL(url);
    bulk.pathname = `${bulk.pathname.replace(/\/$/, "")}/_bulk`;
    bulk.searchParams.set("filter_path", "errors,items.*.status,items.*.error");
    return {
      request: async (lines) => {
        const body = new Body();
        for (const line of lines) {
          const _id = eventId(computer, line);
          body.add(`${JSON.stringify({ create: { _id } })}\n`);
          if (format === "ecs") body.add(line.bytes);
          else withMember(line, isJson, `"@timestamp":"${isoTime(line.time)}"`, body);
          body.add("\n");
        }
        return {
          url: bulk.href,
          headers: { "content-type": "application/x-ndjson", ...await authorization() },
          body: body.bytes(),
        };
      },
      accepted: verdictsOf,
    };
  },
});

function verdictsOf({ text }: Answer, lines: readonly Line[]): Verdict[] {
  const { errors, items } = fieldsOf<BulkAnswer>(text);
  if (errors === false) return all(lines, "taken");
  if (!Array.isArray(items) || items.length !== lines.length) {
    throw new Error(`this is no answer to a bulk request: ${shown(text)}`);
  }
  return items.map((item): Verdict => {
    const { status = 0, error }: Item = Object.values(item ?? {})[0] ?? {};
    if (status >= 200 && status < 300 || status === ALREADY_THERE) return "taken";
    const why = shown(`${status} ${error?.type ?? ""}: ${error?.reason ?? ""}`);
    if (CLOSED.includes(status) || OF_THE_INDEX.test(error?.type ?? "")) throw new Error(why);
    if (status === TOO_MANY || status < 400 || status >= 500) return "later";
    return { refused: why };
  });
}
