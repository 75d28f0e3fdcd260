/** A DNS server for tests, over UDP and TCP. */

const HEADER_BYTES = 12;
/** A pointer to the question's name. */
const SAME_NAME = [0xc0, HEADER_BYTES];

/** A record of an answer: its type and its data. */
export type AnswerRecord = readonly [type: number, data: readonly number[]];

/** Response code and records of a name and type; undefined: no answer at all. */
export type Zone = (
  name: string,
  type: number,
) => { readonly code: number; readonly records: readonly AnswerRecord[] } | undefined;

/** A name as data, without compression. */
export function nameData(name: string): number[] {
  const labels = name.split(".").map((label) => new TextEncoder().encode(label));
  return [...labels.flatMap((label) => [label.length, ...label]), 0];
}

/** A string of a TXT record as data. */
export function textData(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [bytes.length, ...bytes];
}

const both = (number: number) => [number >> 8 & 0xff, number & 0xff];

function answer(query: Uint8Array, zone: Zone): Uint8Array<ArrayBuffer> | undefined {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (; query[at] !== 0; at += query[at] + 1) {
    labels.push(new TextDecoder().decode(query.subarray(at + 1, at + 1 + query[at])));
  }
  const found = zone(labels.join("."), query[at + 1] << 8 | query[at + 2]);
  if (found === undefined) return undefined;
  const records = found.records.flatMap((
    [type, data],
  ) => [...SAME_NAME, ...both(type), 0, 1, 0, 0, 0, 60, ...both(data.length), ...data]);
  const flags = [0x84, found.code];
  const counts = [0, 1, ...both(found.records.length), 0, 0, 0, 0];
  const question = query.subarray(HEADER_BYTES, at + 5);
  return new Uint8Array([...query.subarray(0, 2), ...flags, ...counts, ...question, ...records]);
}

/** A running server on port 53 of an address. */
export class NameServer implements Disposable {
  readonly #udp: Deno.DatagramConn;
  readonly #tcp: Deno.TcpListener;

  /** @throws when the port is taken. */
  constructor(hostname: string, zone: Zone) {
    this.#udp = Deno.listenDatagram({ transport: "udp", hostname, port: 53 });
    this.#tcp = Deno.listen({ hostname, port: 53 });
    this.#serveDatagrams(zone);
    this.#serveConnections(zone);
  }

  async #serveDatagrams(zone: Zone): Promise<void> {
    for await (const [query, from] of this.#udp) {
      const message = answer(query, zone);
      if (message !== undefined) await this.#udp.send(message, from);
    }
  }

  async #serveConnections(zone: Zone): Promise<void> {
    for await (const connection of this.#tcp) {
      await serve(connection, zone);
      connection.close();
    }
  }

  [Symbol.dispose](): void {
    this.#udp.close();
    this.#tcp.close();
  }
}

async function serve(connection: Deno.Conn, zone: Zone): Promise<void> {
  const buffer = new Uint8Array(1024);
  let length = 0;
  while (length < 2 || length < 2 + (buffer[0] << 8 | buffer[1])) {
    const count = await connection.read(buffer.subarray(length));
    if (count === null) return;
    length += count;
  }
  const message = answer(buffer.subarray(2, length), zone);
  if (message === undefined) return;
  await connection.write(new Uint8Array(both(message.length)));
  await connection.write(message);
}
