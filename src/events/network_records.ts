/**
 * Connections and datagrams: event 3.
 */
import { ipv4, ipv6 } from "./addresses.ts";
import { actorOf, type Decoding, definitionOf, eventOf, opening, userOf } from "./decoding.ts";
import { type Event, MISSING } from "./event.ts";
import { NetworkLayout } from "./record_layout.ts";

const AF_INET6 = 10;
const PROTOCOL_TCP = 6;
const NETWORK_CONNECT = definitionOf(3);

/** Event 3. */
export function decodeConnection(decoding: Decoding, at: number): Event | undefined {
  const { batch, host } = decoding;
  const process = actorOf(decoding, at);
  if (!decoding.wanted(NETWORK_CONNECT.id)) return undefined;
  const isIpv6 = batch.half(at + NetworkLayout.family) === AF_INET6;
  const protocol = batch.half(at + NetworkLayout.protocol) === PROTOCOL_TCP ? "tcp" : "udp";
  const initiated = batch.half(at + NetworkLayout.initiated) === 1;
  const address = isIpv6 ? ipv6 : ipv4;
  const local = address(batch.bytes, at + NetworkLayout.localAddress);
  const remote = address(batch.bytes, at + NetworkLayout.remoteAddress);
  const localPort = batch.half(at + NetworkLayout.localPort);
  const remotePort = batch.half(at + NetworkLayout.remotePort);
  const [sourcePort, destinationPort] = initiated
    ? [localPort, remotePort]
    : [remotePort, localPort];
  const time = batch.time(at);
  return eventOf(NETWORK_CONNECT, process, [
    ...opening(process, time),
    process.face.image,
    userOf(decoding, at),
    protocol,
    initiated,
    isIpv6,
    initiated ? local : remote,
    MISSING,
    sourcePort,
    host.portName(sourcePort, protocol),
    isIpv6,
    initiated ? remote : local,
    MISSING,
    destinationPort,
    host.portName(destinationPort, protocol),
  ], time);
}
