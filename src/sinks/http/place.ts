/**
 * What all HTTP targets have in common on the command line: URL, token, certificates, limits.
 */
import type { SinkPlace } from "../kind.ts";
import type { Settings } from "../settings.ts";
import { isLoopback, readTlsFiles } from "../tls.ts";
import type { Connection } from "./client.ts";
import { readSecretPlace, type SecretPlace } from "../secret.ts";

/** An HTTP receiver. */
export interface HttpPlace extends SinkPlace {
  /** Without the kind's prefix. */
  readonly url: string;
  readonly connection: Connection;
  readonly token?: SecretPlace;
  readonly authorization?: AuthorizationScheme;
}

/** How a token is shown: the word in front of it; `basic` encodes `USER:PASSWORD`. */
export type AuthorizationScheme = "bearer" | "basic" | "apikey" | "splunk";

const SCHEMES = ["bearer", "basic", "apikey", "splunk"] as const;
const DEFAULT_TIMEOUT_MILLISECONDS = 30_000;

/** Whether a target's text is `PREFIXhttps://…` or `PREFIXhttp://…`. */
export function isHttp(target: string, prefix: string): boolean {
  return target.startsWith(`${prefix}https://`) || target.startsWith(`${prefix}http://`);
}

/** Reads what all HTTP targets understand. @throws {SinkSyntaxError} */
export function readHttpPlace<Kind extends string>(
  kind: Kind,
  prefix: string,
  target: string,
  settings: Settings,
): HttpPlace & { readonly kind: Kind } {
  const url = URL.parse(target.slice(prefix.length));
  if (url === null) throw settings.refusal("this is no URL");
  if (url.username !== "" || url.password !== "") {
    throw settings.refusal(
      "secrets are not allowed in a URL; use token-file=PATH or token-env=NAME",
    );
  }
  url.hash = "";
  const token = readSecretPlace("token", settings);
  refuseInTheClear(url, token, settings);
  const authorization = settings.takeWord("auth", SCHEMES);
  const connection = readConnection(url, settings);
  refuseThroughProxy(url, token, connection, settings);
  return {
    kind,
    url: url.href,
    connection,
    ...(token === undefined ? {} : { token }),
    ...(authorization === undefined ? {} : { authorization }),
  };
}

/** @throws {SinkSyntaxError} if a secret would be sent where others can read it. */
export function refuseInTheClear(url: URL, secret: unknown, settings: Settings): void {
  if (secret === undefined || url.protocol === "https:" || isLoopback(url.hostname)) return;
  throw settings.refusal("a secret is sent only over https, or to this host itself");
}

/** What may go to this host itself in the clear may not take a way around. @throws {SinkSyntaxError} */
export function refuseThroughProxy(
  url: URL,
  secret: unknown,
  { proxy }: Connection,
  settings: Settings,
): void {
  if (secret === undefined || proxy === undefined || url.protocol !== "http:") return;
  throw settings.refusal("a secret is sent through a proxy only over https");
}

function readConnection(url: URL, settings: Settings): Connection {
  const tls = readTlsFiles(settings);
  if (url.protocol === "http:" && Object.keys(tls).length > 0) {
    throw settings.refusal("ca, cert and key need https");
  }
  const proxy = settings.take("proxy");
  if (proxy !== undefined) refuseUnlessProxy(URL.parse(proxy), settings);
  const compress = settings.takeWord("gzip", ["yes", "no"]) !== "no";
  return {
    timeoutMilliseconds: settings.takeDuration("timeout") ?? DEFAULT_TIMEOUT_MILLISECONDS,
    compress,
    tls,
    ...(proxy === undefined ? {} : { proxy }),
  };
}

function refuseUnlessProxy(proxy: URL | null, settings: Settings): void {
  if (proxy === null || !/^https?:$/.test(proxy.protocol)) {
    throw settings.refusal("proxy takes http://HOST:PORT");
  }
  if (proxy.username !== "" || proxy.password !== "") {
    throw settings.refusal(
      "secrets are not allowed in a URL; a proxy that wants some is not served",
    );
  }
}
