/**
 * DNS queries: event 22.
 */
import { actorOf, type Decoding, definitionOf, eventOf, opening, userOf } from "./decoding.ts";
import { type Event, MISSING } from "./event.ts";
import { DnsLayout } from "./record_layout.ts";

const DNS_QUERY = definitionOf(22);

/** Event 22. */
export function decodeQuery(decoding: Decoding, at: number, size: number): Event | undefined {
  const { batch } = decoding;
  const process = actorOf(decoding, at);
  if (!decoding.wanted(DNS_QUERY.id)) return undefined;
  const nameLength = batch.word(at + DnsLayout.nameLen);
  const resultsLength = batch.word(at + DnsLayout.resultsLen);
  if (DnsLayout.bytes + nameLength + resultsLength > size) {
    decoding.counters.unknown++;
    return undefined;
  }
  const name = at + DnsLayout.bytes;
  const time = batch.time(at);
  return eventOf(DNS_QUERY, process, [
    ...opening(process, time),
    batch.text(at, name, nameLength) || MISSING,
    String(batch.word(at + DnsLayout.status)),
    batch.text(at, name + nameLength, resultsLength) || MISSING,
    process.face.image,
    userOf(decoding, at),
  ], time);
}
