/**
 * Azure Monitor's Logs Ingestion API:
 * `azure+https://ENDPOINT/dataCollectionRules/RULE/streams/STREAM`.
 */
import { Body } from "../body.ts";
import { isoTime } from "../renderer.ts";
import { httpKind, type ProtocolOptions } from "./kind.ts";
import { type HttpPlace, refuseInTheClear, refuseThroughProxy } from "./place.ts";
import { fieldsOf, refusedRequest } from "./client.ts";
import { all, withMember } from "./protocol.ts";
import { openSecret, readSecretPlace, type SecretPlace } from "../secret.ts";

/** A stream of a data collection rule. */
export interface AzurePlace extends HttpPlace {
  readonly kind: "azure";
  /** The application that asks for tokens; absent where a token is given. */
  readonly application?: Application;
}

interface Application {
  readonly loginUrl: string;
  readonly client: string;
  readonly secret: SecretPlace;
}

interface Login {
  readonly access_token: unknown;
  readonly expires_in: unknown;
}

const API_VERSION = "2023-01-01";
const SCOPE = "https://monitor.azure.com/.default";
const DEFAULT_LOGIN = "https://login.microsoftonline.com";
/** The API takes 1 MB a call. */
const LARGEST_BYTES = 900_000;
const RENEWED_BEFORE_MILLISECONDS = 300_000;

/** Posts arrays of objects; each has TimeGenerated, which the tables want. */
export const azureKind = httpKind<AzurePlace>({
  kind: "azure",
  prefix: "azure+",
  scheme: "bearer",
  read: (place, settings) => {
    const url = new URL(place.url);
    if (!/^\/dataCollectionRules\/[^/]+\/streams\/[^/]+$/.test(url.pathname)) {
      throw settings.refusal(
        "write azure+https://ENDPOINT/dataCollectionRules/RULE/streams/STREAM",
      );
    }
    const tenant = settings.take("tenant");
    const client = settings.take("client");
    const secret = readSecretPlace("secret", settings);
    const login = URL.parse(settings.take("login") ?? DEFAULT_LOGIN);
    if (login === null) throw settings.refusal("login takes a URL");
    if (place.token !== undefined) return { ...place, kind: "azure" };
    if (tenant === undefined || client === undefined || secret === undefined) {
      throw settings.refusal(
        "add tenant=ID,client=ID and secret-file=PATH or secret-env=NAME, or a token",
      );
    }
    refuseInTheClear(login, secret, settings);
    refuseInTheClear(url, secret, settings);
    refuseThroughProxy(login, secret, place.connection, settings);
    refuseThroughProxy(url, secret, place.connection, settings);
    const loginUrl = new URL(`${encodeURIComponent(tenant)}/oauth2/v2.0/token`, login).href;
    return { ...place, kind: "azure", application: { loginUrl, client, secret } };
  },
  open: ({ url, application }, options) => {
    const stream = new URL(url);
    stream.searchParams.set("api-version", API_VERSION);
    const tokens = application && new Tokens(application, options);
    return {
      largestBytes: LARGEST_BYTES,
      request: async (lines) => {
        const body = new Body();
        lines.forEach((line, i) => {
          body.add(i === 0 ? "[" : ",");
          withMember(line, options.isJson, `"TimeGenerated":"${isoTime(line.time)}"`, body);
        });
        const authorization = tokens === undefined
          ? await options.authorization()
          : { authorization: `Bearer ${await tokens.token()}` };
        return {
          url: stream.href,
          headers: { "content-type": "application/json", ...authorization },
          body: body.add("]").bytes(),
        };
      },
      accepted: (_, lines) => all(lines, "taken"),
      forgetToken: () => tokens?.forget(),
    };
  },
});

/** Access tokens by OAuth 2.0 client credentials, each used until shortly before its end. */
class Tokens {
  readonly #application: Application;
  readonly #secret: ReturnType<typeof openSecret>;
  readonly #post: ProtocolOptions["post"];
  #token = "";
  #until = 0;

  constructor(application: Application, { tell, post }: ProtocolOptions) {
    this.#application = application;
    this.#secret = openSecret(application.secret, tell);
    this.#post = post;
  }

  async token(): Promise<string> {
    if (performance.now() < this.#until) return this.#token;
    const { loginUrl, client } = this.#application;
    const secret = await this.#secret();
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: client,
      client_secret: secret,
      scope: SCOPE,
    });
    const answer = await this.#post({
      url: loginUrl,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new Body().add(form.toString()).bytes(),
      secrets: [secret, new URLSearchParams({ secret }).toString().slice("secret=".length)],
      plain: true,
    });
    const { access_token, expires_in } = fieldsOf<Login>(answer.text);
    if (answer.status !== 200 || typeof access_token !== "string") {
      // A good answer that is none may hold what is secret.
      const text = answer.status === 200 ? "without a token" : answer.text;
      throw refusedRequest({ ...answer, text: `to the login: ${text}` });
    }
    this.#token = access_token;
    const lifetime = 1000 * Number(expires_in) || 0;
    this.#until = performance.now() +
      Math.max(lifetime - RENEWED_BEFORE_MILLISECONDS, lifetime / 2);
    return access_token;
  }

  forget(): void {
    this.#until = 0;
  }
}
