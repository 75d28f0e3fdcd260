/**
 * Kafka as a target: `kafka://BROKER[,BROKER…]/TOPIC`, `kafkas://…` with TLS.
 */
import { openSecret, readSecretPlace, type SecretPlace } from "../secret.ts";
import type { SinkPlace, TargetKind } from "../kind.ts";
import { type Settings, shownInput } from "../settings.ts";
import { isLoopback, readTlsFiles, type TlsFiles } from "../tls.ts";
import { KafkaSender } from "./sender.ts";

/** A topic of a cluster. */
export interface KafkaPlace extends SinkPlace {
  readonly kind: "kafka";
  /** `HOST:PORT`. */
  readonly brokers: readonly string[];
  readonly topic: string;
  /** Authorities besides Mozilla's. */
  readonly tls?: TlsFiles;
  readonly login?: KafkaLogin;
  readonly compression: KafkaCompression;
  readonly timeoutMilliseconds: number;
}

/** SASL. */
export interface KafkaLogin {
  readonly mechanism: KafkaMechanism;
  readonly user: string;
  readonly password: SecretPlace;
}

/** How a login is proven. */
export type KafkaMechanism = "plain" | "scram-sha-256" | "scram-sha-512";

/** How batches are compressed. */
export type KafkaCompression = "none" | "gzip";

const TARGET = /^kafka(s?):\/\/([^/]*)\/([A-Za-z0-9._-]{1,249})$/;
const BROKER = /^([\w.-]+|\[[0-9A-Fa-f:.]+\])(?::([1-9]\d{0,4}))?$/;
const PORT = /:\d+$/;
const DEFAULT_PORT = 9092;
const DEFAULT_TIMEOUT_MILLISECONDS = 30_000;

/** Takes `kafka://…` and `kafkas://…`. */
export const kafkaKind: TargetKind<KafkaPlace> = {
  kind: "kafka",
  isRemote: true,
  accepts: (target) => /^kafkas?:/.test(target),
  read: (target, settings) => {
    const match = TARGET.exec(target);
    if (match === null) {
      throw settings.refusal("write kafka://HOST:PORT/TOPIC; of several brokers, write ,, between");
    }
    const [, secure, hosts, topic] = match;
    const brokers = hosts.split(",").map((text) => readBroker(text, settings));
    const tls = readTls(secure !== "", settings);
    const login = readLogin(settings);
    const isInTheClear = tls === undefined &&
      !brokers.every((broker) => isLoopback(broker.replace(PORT, "")));
    if (login?.mechanism === "plain" && isInTheClear) {
      throw settings.refusal(
        "a password is sent only over TLS; write kafkas:// or sasl=scram-sha-512",
      );
    }
    return {
      kind: "kafka",
      brokers,
      topic,
      compression: settings.takeWord("compression", ["none", "gzip"]) ?? "gzip",
      timeoutMilliseconds: settings.takeDuration("timeout") ?? DEFAULT_TIMEOUT_MILLISECONDS,
      ...(tls === undefined ? {} : { tls }),
      ...(login === undefined ? {} : { login }),
    };
  },
  name: ({ brokers, topic, tls }) =>
    `kafka${tls === undefined ? "" : "s"}://${brokers.join()}/${topic}`,
  open: (place, { computer, tell }) => {
    const { login } = place;
    const password = login && openSecret(login.password, tell);
    return new KafkaSender(place, { computer, password, tell });
  },
};

function readBroker(text: string, settings: Settings): string {
  const match = BROKER.exec(text);
  if (match === null || Number(match[2] ?? DEFAULT_PORT) > 0xffff) {
    throw settings.refusal(`${shownInput(text)} is not HOST:PORT`);
  }
  return `${match[1]}:${match[2] ?? DEFAULT_PORT}`;
}

function readTls(isSecure: boolean, settings: Settings): TlsFiles | undefined {
  const files = readTlsFiles(settings);
  if (isSecure) return files;
  if (Object.keys(files).length > 0) throw settings.refusal("ca, cert and key need kafkas://");
  return undefined;
}

function readLogin(settings: Settings): KafkaLogin | undefined {
  const user = settings.take("user");
  const password = readSecretPlace("password", settings);
  const mechanism = settings.takeWord("sasl", ["plain", "scram-sha-256", "scram-sha-512"]);
  if (user === undefined && password === undefined && mechanism === undefined) return undefined;
  if (user === undefined || password === undefined) {
    throw settings.refusal("user=NAME and password-file=PATH or password-env=NAME go together");
  }
  return { user, password, mechanism: mechanism ?? "scram-sha-512" };
}
