/**
 * A collector on HTTP as a process of its own, so that it can be killed: appends every line that it
 * takes to a file. Started by {@linkcode HttpReceiver}; arguments: file, port, token, `faults` or not.
 *
 * With faults it fails now and then as collectors do: answers 500 or 503, resets the connection before
 * or behind storing, never answers, reads or answers slowly.
 */
import { Buffer } from "node:buffer";
import fs from "node:fs";
import http from "node:http";
import { gunzipSync } from "node:zlib";
import { until, within } from "./waiting.ts";

const PROGRAM = new URL(import.meta.url).pathname;
const NEWLINE = 10;

/** What a fault does with a request besides failing it. */
interface Fault {
  readonly stores: boolean;
  fail(request: http.IncomingMessage, response: http.ServerResponse): void;
}

const answer = (status: number) => (_: http.IncomingMessage, response: http.ServerResponse) => {
  response.writeHead(status).end("not now");
};
const reset = (request: http.IncomingMessage) => request.socket.resetAndDestroy();
const hang = () => {};
const dribble = (_: http.IncomingMessage, response: http.ServerResponse) => {
  response.writeHead(200, { "content-length": "1000" }).write("{");
};

/** By the number of the request, modulo the number of entries. */
const FAULTS: readonly (Fault | undefined)[] = Array.from({ length: 101 }, (_, i) => {
  if (i === 40) return { stores: true, fail: hang };
  if (i === 80) return { stores: true, fail: dribble };
  switch (i % 20) {
    case 5:
      return { stores: false, fail: answer(500) };
    case 9:
      return { stores: true, fail: answer(503) };
    case 13:
      return { stores: false, fail: reset };
    case 17:
      return { stores: true, fail: reset };
  }
});
const SLOWLY_READ = 11;

function serve(file: string, port: number, token: string, hasFaults: boolean): void {
  const stored = fs.openSync(file, "a+", 0o600);
  // A line that was cut when the process was killed ends here.
  fs.writeSync(stored, "\n");
  let requests = 0;
  const server = http.createServer((request, response) => {
    const number = hasFaults ? ++requests % FAULTS.length : 0;
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => {
      parts.push(part);
      if (number === SLOWLY_READ) {
        request.pause();
        setTimeout(() => request.resume(), 20);
      }
    });
    request.on("error", () => {});
    request.on("end", () => {
      if (request.headers.authorization !== token) return answer(401)(request, response);
      const body = Buffer.concat(parts);
      const lines = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
      const fault = hasFaults ? FAULTS[number] : undefined;
      if (fault?.stores ?? true) fs.writeSync(stored, lines);
      if (lines.at(-1) !== NEWLINE) throw new Error("a body ends within a line");
      if (fault !== undefined) return fault.fail(request, response);
      response.writeHead(200, { "content-type": "application/json" }).end('{"text":"Success"}');
    });
  });
  server.listen(port, "127.0.0.1", () => console.log("listening"));
}

if (import.meta.main) {
  const [file, port, token, faults] = Deno.args;
  serve(file, Number(port), token, faults === "faults");
}

/** What a receiver is started with. */
export interface HttpReceiverOptions {
  readonly file: string;
  readonly port: number;
  /** The Authorization header that it wants. */
  readonly token: string;
  readonly faults: boolean;
}

/** The collector's process. */
export class HttpReceiver implements AsyncDisposable {
  readonly #options: HttpReceiverOptions;
  #process: Deno.ChildProcess | undefined;

  constructor(options: HttpReceiverOptions) {
    this.#options = options;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const { file, port, token, faults } = this.#options;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", PROGRAM, file, String(port), token, faults ? "faults" : "none"],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const output = this.#process.stdout.getReader();
    await within("the receiver to listen", output.read());
    output.releaseLock();
    await this.#process.stdout.cancel();
  }

  /** Bytes that it has stored. */
  get size(): number {
    return fs.statSync(this.#options.file).size;
  }

  /** Kills it at once. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.status;
    this.#process = undefined;
  }

  /** Kills it and starts it again, as soon as it has stored so many bytes. */
  async killAt(bytes: number): Promise<void> {
    await until(`${bytes} bytes at the receiver`, () => this.size >= bytes);
    await this.kill();
    await this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
