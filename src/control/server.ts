/**
 * The sensor's side of the control socket.
 */
import { readLine } from "../sources/logs/line.ts";
import type { Family } from "../events/process_table.ts";
import { EventBuilder } from "../sources/logs/event_builder.ts";
import { removeFile } from "../files/safe_open.ts";
import { clientsOf, sendAway } from "../output/clients.ts";
import { readLines } from "./lines.ts";
import { Outbox } from "./outbox.ts";
import {
  type Answer,
  type EventTest,
  LONGEST_REQUEST,
  MOST_CLIENTS,
  readRequest,
  type ReloadRequest,
  type Request,
  REQUEST_MS,
  RequestError,
  type TailRequest,
} from "./protocol.ts";
import { listenAt } from "./socket.ts";
import { byConditions, byFamily, byKinds, passingAll } from "./tail_filter.ts";
import type { TappedSinks, Watcher } from "./tap.ts";

/** What the socket is asked about. */
export interface Controlled {
  /** How the sensor is doing, as an object for JSON. */
  status(): unknown;
  /** Resolves to why it was not done, or to undefined when it was. */
  reload(request: ReloadRequest): Promise<string | undefined>;
  /** Follows a process, by its id, and its descendants; undefined where there is none. */
  follow(root: number): Family | undefined;
}

/** Serves clients until it is closed. */
export class ControlServer {
  readonly #path: string;
  readonly #listener: Deno.UnixListener;
  readonly #controlled: Controlled;
  readonly #tap: TappedSinks;
  readonly #clients = new Set<Deno.Conn>();
  readonly #served: Promise<void>;
  #closed: Promise<void> | undefined;

  private constructor(
    path: string,
    listener: Deno.UnixListener,
    controlled: Controlled,
    tap: TappedSinks,
  ) {
    this.#path = path;
    this.#listener = listener;
    this.#controlled = controlled;
    this.#tap = tap;
    this.#served = this.#serve();
  }

  /** Begins to listen. @throws {ControlError} */
  static async open(
    path: string,
    controlled: Controlled,
    tap: TappedSinks,
  ): Promise<ControlServer> {
    return new ControlServer(path, await listenAt(path), controlled, tap);
  }

  /** Sends everybody away and removes the socket. */
  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    removeFile(this.#path);
    this.#listener.close();
    for (const client of this.#clients) sendAway(client);
    await this.#served;
  }

  async #serve(): Promise<void> {
    for await (const client of clientsOf(this.#listener)) void this.#attend(client);
  }

  async #attend(client: Deno.Conn): Promise<void> {
    const outbox = new Outbox(client);
    this.#clients.add(client);
    const patience = setTimeout(() => sendAway(client), REQUEST_MS);
    try {
      if (this.#clients.size > MOST_CLIENTS) {
        throw new RequestError(`${MOST_CLIENTS} clients are being served already`);
      }
      const lines = readLines(client, LONGEST_REQUEST);
      const { value: line } = await lines.next();
      clearTimeout(patience);
      if (line !== undefined) await this.#answer(readRequest(line), outbox, lines);
    } catch (error) {
      say(outbox, { ok: false, error: (error as Error).message });
    } finally {
      clearTimeout(patience);
      const farewell = setTimeout(() => sendAway(client), REQUEST_MS);
      await outbox.settled();
      clearTimeout(farewell);
      outbox.close();
      this.#clients.delete(client);
      sendAway(client);
    }
  }

  async #answer(request: Request, outbox: Outbox, lines: AsyncIterable<string>): Promise<void> {
    switch (request.request) {
      case "status":
        return say(outbox, { ok: true, status: this.#controlled.status() });
      case "reload": {
        const error = await this.#controlled.reload(request);
        return say(outbox, error === undefined ? { ok: true } : { ok: false, error });
      }
      case "tail":
        return await this.#tail(request, outbox, lines);
    }
  }

  async #tail(request: TailRequest, outbox: Outbox, lines: AsyncIterable<string>): Promise<void> {
    const { filters = [], events = [], tree, since = 0 } = request;
    const tests = [byKinds(events), byConditions(filters)];
    const family = tree === undefined ? undefined : this.#controlled.follow(tree);
    if (tree !== undefined) {
      if (family === undefined) throw new RequestError(`there is no process ${tree}`);
      tests.push(byFamily(tree, family.has));
    }
    const test = passingAll(tests);
    say(outbox, { ok: true });
    this.#sendRecent(since, test, outbox);
    const watcher: Watcher = {
      take: (events, count) => {
        for (let i = 0; i < count; i++) {
          if (test(events[i])) outbox.offer(this.#tap.render(events[i]));
        }
      },
    };
    this.#tap.watch(watcher);
    try {
      // Ends when the client does; what it says more is of no interest.
      for await (const _ of lines);
    } finally {
      this.#tap.leave(watcher);
      family?.end();
      outbox.close();
    }
  }

  #sendRecent(count: number, test: EventTest, outbox: Outbox): void {
    const builder = new EventBuilder();
    for (const line of this.#tap.recent(count)) {
      const { event } = readLine(line, builder);
      if (event !== undefined && test(event)) outbox.offer(line);
    }
  }
}

function say(outbox: Outbox, answer: Answer): void {
  outbox.offer(JSON.stringify(answer));
}
