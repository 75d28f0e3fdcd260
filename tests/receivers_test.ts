/**
 * Receivers on the network: 200,000 events through the packed program to each, while the receiver is
 * killed and started again. Nothing may be missing; what comes twice is the same.
 */
import assert from "node:assert/strict";
import { checkArrivals } from "./support/arrivals.ts";
import { type Certificates, makeCertificates } from "./support/certificates.ts";
import { exists, Folder, MONOMI } from "./support/environment.ts";
import { HttpReceiver } from "./support/http_receiver.ts";
import {
  KAFKA_PASSWORD,
  KAFKA_USER,
  KafkaBroker,
  kafkaImpossible,
} from "./support/kafka_broker.ts";
import { writeRecording } from "./support/recording.ts";
import { freePort, isTcpPortOpen } from "./support/rsyslogd.ts";
import { until, within } from "./support/waiting.ts";

const EVENTS = Number(Deno.env.get("MONOMI_RECEIVER_EVENTS") ?? 200_000);
const FEW = 2_000;
const NGINX = "/usr/sbin/nginx";
/** A replay of all events, with everything that happens to the receiver. */
const LIMIT = 180_000;

/** Replays the recording into a sink. @returns what the program says at its end */
async function replay(sink: string, file: string, count = EVENTS): Promise<string> {
  const child = new Deno.Command(MONOMI, {
    args: ["replay", "--sink", sink, file],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  try {
    const stderr = await within("the replay", new Response(child.stderr).text(), LIMIT);
    assert.equal((await child.status).code, 0, stderr);
    assert.match(stderr, new RegExp(`written ${count}  dropped 0`), stderr);
    return stderr;
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

function linesOf(path: string): string[] {
  return Deno.readTextFileSync(path).split("\n");
}

Deno.test("an HTTP receiver that fails in every way, killed twice, gets every event", async () => {
  using folder = new Folder();
  const bytes = await writeRecording(folder.at("events.json"), EVENTS);
  const token = folder.at("token");
  await Deno.writeTextFile(token, "s3cret\n", { mode: 0o600 });
  const port = freePort();
  const file = folder.at("arrived");
  await using receiver = new HttpReceiver({ file, port, token: "Bearer s3cret", faults: true });
  await receiver.start();
  const sink = `json:http://127.0.0.1:${port}/in,token-file=${token},timeout=1s`;
  const done = replay(sink, folder.at("events.json"));
  const [said] = await Promise.all([done, killTwice(receiver, bytes)]);
  const repeated = checkArrivals(linesOf(file), EVENTS);
  assert.ok(repeated > 0, "some faults come behind storing");
  assert.doesNotMatch(said, /s3cret/);
  console.error(`    ${repeated} of ${EVENTS} came more than once`);
});

async function killTwice(receiver: HttpReceiver, bytes: number): Promise<void> {
  await receiver.killAt(bytes / 4);
  await receiver.killAt(bytes / 2);
}

Deno.test({
  name: `a receiver behind nginx with TLS, both killed, gets every event${
    exists(NGINX) ? "" : " (skipped: no nginx)"
  }`,
  ignore: !exists(NGINX),
  fn: async () => {
    using folder = new Folder();
    const bytes = await writeRecording(folder.at("events.json"), EVENTS);
    const certificates = await makeCertificates(folder.path, "localhost");
    const token = folder.at("token");
    await Deno.writeTextFile(token, "abc-def\n", { mode: 0o600 });
    const ports = { nginx: freePort(), receiver: freePort() };
    const file = folder.at("arrived");
    await using receiver = new HttpReceiver({
      file,
      port: ports.receiver,
      token: "Splunk abc-def",
      faults: false,
    });
    await receiver.start();
    await using nginx = new Nginx(folder, certificates, ports);
    await nginx.start();
    const { ca, client } = certificates;
    const sink = `json:splunk+https://localhost:${ports.nginx},token-file=${token},` +
      `ca=${ca},cert=${client.cert},key=${client.key},timeout=5s`;
    const done = replay(sink, folder.at("events.json"));
    const kills = async () => {
      await receiver.killAt(bytes / 4);
      await until("half of the events", () => receiver.size >= bytes / 2);
      await nginx.kill();
      await nginx.start();
    };
    await Promise.all([done, kills()]);
    const events = linesOf(file).map((line) => line.replace(/^.*?"event":(\{.*\})\}$/, "$1"));
    checkArrivals(events, EVENTS);
  },
});

/** A reverse proxy that wants a client's certificate. */
class Nginx implements AsyncDisposable {
  readonly #folder: Folder;
  readonly #port: number;
  #process: Deno.ChildProcess | undefined;

  constructor(
    folder: Folder,
    { ca, server }: Certificates,
    ports: { readonly nginx: number; readonly receiver: number },
  ) {
    this.#folder = folder;
    this.#port = ports.nginx;
    const kept = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((name) => `${name}_temp_path ${folder.path};`);
    Deno.writeTextFileSync(
      folder.at("nginx.conf"),
      `daemon off; master_process off; pid ${folder.at("nginx.pid")}; error_log stderr crit;
events {}
http {
  access_log off; client_max_body_size 2m; ${kept.join(" ")}
  server {
    listen 127.0.0.1:${ports.nginx} ssl; listen [::1]:${ports.nginx} ssl;
    ssl_certificate ${server.cert}; ssl_certificate_key ${server.key};
    ssl_client_certificate ${ca}; ssl_verify_client on;
    location / { proxy_pass http://127.0.0.1:${ports.receiver}; }
  }
}
`,
    );
  }

  async start(): Promise<void> {
    this.#process = new Deno.Command(NGINX, {
      args: ["-c", this.#folder.at("nginx.conf"), "-e", "stderr"],
      stdin: "null",
    }).spawn();
    await until("nginx to listen", () => isTcpPortOpen(this.#port));
  }

  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.status;
    this.#process = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

Deno.test({
  name: `a Kafka broker with TLS and SASL, killed twice, has every event${
    kafkaImpossible === undefined ? "" : ` (skipped: ${kafkaImpossible})`
  }`,
  ignore: kafkaImpossible !== undefined,
  fn: async (t) => {
    using folder = new Folder();
    const bytes = await writeRecording(folder.at("events.json"), EVENTS);
    const certificates = await makeCertificates(folder.path, "localhost");
    const password = folder.at("password");
    await Deno.writeTextFile(password, KAFKA_PASSWORD, { mode: 0o600 });
    await using broker = await KafkaBroker.make(folder.path, certificates);
    await broker.start();
    const account = `user=${KAFKA_USER},password-file=${password},ca=${certificates.ca}`;
    const target = `kafkas://localhost:${broker.port}`;

    await t.step("killed twice", async () => {
      const sink = `json:${target}/events,${account},compression=none,timeout=5s`;
      const done = replay(sink, folder.at("events.json"));
      const kills = async () => {
        await broker.killAt("events", bytes / 4);
        await broker.killAt("events", bytes / 2);
      };
      await Promise.all([done, kills()]);
      await broker.kill();
      const messages = await broker.messages("events");
      assert.match(messages[0], / headerKeys: \[id\] key: - payload: \{/);
      const events = messages.map((message) => message.slice(message.indexOf(" payload: ") + 10));
      const repeated = checkArrivals(events, EVENTS);
      console.error(`    ${repeated} of ${EVENTS} came more than once`);
    });

    await t.step("PLAIN and gzip", async () => {
      await broker.start();
      const sink = `json:${target}/plain,${account},sasl=plain`;
      const bytes = await writeRecording(folder.at("few.json"), FEW);
      await replay(sink, folder.at("few.json"), FEW);
      assert.ok(broker.size("plain") < bytes / 2);
    });

    await t.step("a wrong password is told, not shown", async () => {
      await Deno.writeTextFile(password, "battery-staple", { mode: 0o600 });
      const child = new Deno.Command(MONOMI, {
        args: ["replay", "--sink", `json:${target}/no,${account}`, folder.at("few.json")],
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).spawn();
      let said = "";
      const listening = (async () => {
        for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
          said += part;
          if (/cannot write:/.test(said)) break;
        }
      })();
      try {
        await within("a refused login", listening);
      } finally {
        child.kill("SIGKILL");
        await child.status;
      }
      assert.match(said, /cannot write:.*authentication/is);
      assert.doesNotMatch(said, /battery-staple/);
    });
  },
});
