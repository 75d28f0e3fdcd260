/** A Kafka broker: one node, which is its own controller (KRaft). */
import { KAFKA_JARS } from "../../tasks/kafka.ts";
import type { Certificates } from "./certificates.ts";
import { exists, isInstalled, output } from "./environment.ts";
import { freePort, isTcpPortOpen } from "./rsyslogd.ts";
import { until } from "./waiting.ts";

/** The account that may write. */
export const KAFKA_USER = "monomi";
/** Its password. */
export const KAFKA_PASSWORD = "correct-horse";

/** Why there can be no broker here, or undefined. */
export const kafkaImpossible: string | undefined = !isInstalled("java")
  ? "no java (apt-get install default-jre-headless)"
  : !exists(`${KAFKA_JARS}/kafka_2.13-4.1.1.jar`)
  ? "no Kafka (deno task kafka)"
  : undefined;

const CLASSES = `${KAFKA_JARS}/*`;
const CLUSTER = "MkU3OEVBNTcwNTJENDM2Qg";
const SMALL = ["-Xmx400m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

/** A broker with its files in a directory of the test's. */
export class KafkaBroker implements AsyncDisposable {
  readonly #directory: string;
  readonly #inside = freePort();
  /** Port of the listener with TLS and SASL. */
  readonly port = freePort();
  #process: Deno.ChildProcess | undefined;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Makes one, not yet running. */
  static async make(directory: string, { server }: Certificates): Promise<KafkaBroker> {
    const broker = new KafkaBroker(directory);
    const [key, certificate] = await Promise.all(
      [server.key, server.cert].map((path) => Deno.readTextFile(path)),
    );
    await Deno.writeTextFile(`${directory}/keystore.pem`, key + certificate);
    await Deno.writeTextFile(`${directory}/server.properties`, broker.#properties());
    await output(
      "java",
      ...[...SMALL, "-cp", CLASSES, "kafka.tools.StorageTool", "format"],
      ...["--cluster-id", CLUSTER, "--config", `${directory}/server.properties`],
      ...["--add-scram", `SCRAM-SHA-512=[name=${KAFKA_USER},password=${KAFKA_PASSWORD}]`],
    );
    return broker;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    this.#process = new Deno.Command("java", {
      args: [...SMALL, "-cp", CLASSES, "kafka.Kafka", `${this.#directory}/server.properties`],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await until("the broker to listen", () => isTcpPortOpen(this.port));
  }

  /** Kills it at once. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.status;
    this.#process = undefined;
  }

  /** Bytes that a topic's only partition has stored. */
  size(topic: string): number {
    try {
      const partition = `${this.#directory}/data/${topic}-0`;
      return Deno.statSync(`${partition}/00000000000000000000.log`).size;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return 0;
      throw error;
    }
  }

  /** Kills it and starts it again, as soon as a topic has so many bytes. */
  async killAt(topic: string, bytes: number): Promise<void> {
    await until(`${bytes} bytes in ${topic}`, () => this.size(topic) >= bytes);
    await this.kill();
    await this.start();
  }

  /**
   * All messages of a topic's only partition as Kafka's own tool reads them from the log, which it checks:
   * `… headerKeys: […] key: KEY payload: VALUE`. The broker must not run.
   */
  async messages(topic: string): Promise<string[]> {
    const folder = `${this.#directory}/data/${topic}-0`;
    const segments = [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`)
      .filter((path) => path.endsWith(".log"));
    const text = await output(
      "java",
      ...[...SMALL, "-cp", CLASSES, "kafka.tools.DumpLogSegments", "--print-data-log"],
      ...["--files", segments.sort().join()],
    );
    return text.split("\n").filter((line) => line.startsWith("| offset:"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #properties(): string {
    const secure = "listener.name.secure";
    const jaas = "org.apache.kafka.common.security";
    return `process.roles=broker,controller
node.id=1
listeners=SECURE://127.0.0.1:${this.port},PLAIN://127.0.0.1:${this.#inside},CONTROLLER://127.0.0.1:${freePort()}
advertised.listeners=SECURE://localhost:${this.port},PLAIN://127.0.0.1:${this.#inside}
listener.security.protocol.map=SECURE:SASL_SSL,PLAIN:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAIN
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:CONTROLLER_PORT
log.dirs=${this.#directory}/data
num.partitions=1
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN
${secure}.sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN
${secure}.scram-sha-512.sasl.jaas.config=${jaas}.scram.ScramLoginModule required;
${secure}.plain.sasl.jaas.config=${jaas}.plain.PlainLoginModule required user_${KAFKA_USER}="${KAFKA_PASSWORD}";
${secure}.ssl.keystore.type=PEM
${secure}.ssl.keystore.location=${this.#directory}/keystore.pem
`.replace(/(CONTROLLER:\/\/127\.0\.0\.1:)(\d+)([^]*)CONTROLLER_PORT/, "$1$2$3$2");
  }
}
