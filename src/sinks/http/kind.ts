/**
 * Makes a kind of target of an HTTP protocol.
 */
import type { SinkFormat } from "../formats.ts";
import type { OpenOptions, TargetKind } from "../kind.ts";
import type { Settings } from "../settings.ts";
import { HttpClient } from "./client.ts";
import { type AuthorizationScheme, type HttpPlace, isHttp, readHttpPlace } from "./place.ts";
import type { Post, Protocol } from "./protocol.ts";
import { openSecret } from "../secret.ts";
import { HttpSender } from "./sender.ts";

/** What a protocol is opened with. */
export interface ProtocolOptions extends OpenOptions {
  /** Whether each line is a JSON object. */
  readonly isJson: boolean;
  /** The header that shows the token; without one when there is none. @throws if it cannot be had. */
  authorization(): Promise<Readonly<Record<string, string>>>;
  /** For protocols that ask others than the receiver for a token. */
  readonly post: Post;
}

/** What a protocol adds to the targets of its kind. */
export interface HttpKind<Place extends HttpPlace> {
  readonly kind: Place["kind"];
  /** In front of `https://`. */
  readonly prefix: string;
  readonly scheme: AuthorizationScheme;
  /** Takes the options that only this kind has. @throws {SinkSyntaxError} */
  read(place: HttpPlace, settings: Settings): Place;
  open(place: Place, options: ProtocolOptions): Protocol;
}

const JSON_FORMATS: readonly SinkFormat[] = ["json", "ecs", "ocsf"];
const WORDS = { bearer: "Bearer", basic: "Basic", apikey: "ApiKey", splunk: "Splunk" } as const;

/** A kind of target that is reached by HTTP. */
export function httpKind<Place extends HttpPlace>(
  { kind, prefix, scheme, read, open }: HttpKind<Place>,
): TargetKind<Place> {
  return {
    kind,
    isRemote: true,
    accepts: (target) => isHttp(target, prefix),
    read: (target, settings) => read(readHttpPlace(kind, prefix, target, settings), settings),
    // What stands behind the path may be a secret.
    name: ({ url }) => `${prefix}${new URL(url).origin}${new URL(url).pathname}`,
    open: (place, options) => {
      const client = new HttpClient(place.connection);
      const secret = place.token && openSecret(place.token, options.tell);
      const word = place.authorization ?? scheme;
      const protocol = open(place, {
        ...options,
        isJson: JSON_FORMATS.includes(options.format),
        authorization: async () => secret === undefined ? {} : authorization(word, await secret()),
        post: (request) => client.post(request, AbortSignal.any([])),
      });
      return new HttpSender(client, protocol);
    },
  };
}

function authorization(scheme: AuthorizationScheme, secret: string) {
  const shown = scheme === "basic" ? btoa(secret) : secret;
  return { authorization: `${WORDS[scheme]} ${shown}` };
}
