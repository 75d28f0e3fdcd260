/**
 * Syslog servers as targets: `syslog+udp://HOST[:PORT]`, `syslog+tcp://…`, `syslog+tls://…`.
 */
import type { SinkPlace, TargetKind } from "../kind.ts";
import { readTlsFiles } from "../tls.ts";
import { DatagramSender } from "./datagram.ts";
import { readIdentity } from "./local_kind.ts";
import type { SyslogRfc } from "./message.ts";
import { type Framing, StreamSender, type StreamTls } from "./stream.ts";

/** A syslog server. */
export interface RemoteSyslogPlace extends SinkPlace {
  readonly kind: "remote syslog";
  readonly transport: "udp" | "tcp" | "tls";
  readonly host: string;
  readonly port: number;
  readonly rfc: SyslogRfc;
  readonly identity: string;
  /** Not for udp. */
  readonly framing?: Framing;
  readonly resendBytes?: number;
  /** For tls only. */
  readonly tls?: StreamTls;
}

const TARGET = /^syslog\+(udp|tcp|tls):\/\/(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i;
const PORTS = { udp: 514, tcp: 514, tls: 6514 } as const;
/** What rsyslog holds in memory with its defaults (50,000 messages), and the kernels between. */
const DEFAULT_RESEND_BYTES = 64 * 2 ** 20;

/** Takes `syslog+….://…`. */
export const remoteSyslogKind: TargetKind<RemoteSyslogPlace> = {
  kind: "remote syslog",
  isRemote: true,
  accepts: (target) => /^syslog\+/i.test(target),
  read: (target, settings) => {
    const match = TARGET.exec(target);
    if (match === null) {
      throw settings.refusal("write syslog+udp://HOST[:PORT], syslog+tcp://… or syslog+tls://…");
    }
    const transport = match[1].toLowerCase() as RemoteSyslogPlace["transport"];
    const host = match[2] ?? match[3];
    const port = Number(match[4] ?? PORTS[transport]);
    if (port < 1 || port > 65_535) throw settings.refusal("a port is a number from 1 to 65535");
    return {
      kind: "remote syslog",
      transport,
      host,
      port,
      rfc: settings.takeWord("rfc", ["5424", "3164"]) ?? "5424",
      identity: readIdentity(settings) ?? "sysmon",
      ...(transport === "udp" ? {} : {
        framing: settings.takeWord("framing", ["octets", "newline"]) ?? "octets",
        resendBytes: settings.takeSize("resend", 0) ?? DEFAULT_RESEND_BYTES,
      }),
      ...(transport === "tls"
        ? {
          tls: { files: readTlsFiles(settings), serverName: settings.take("name") ?? host },
        }
        : {}),
    };
  },
  name: ({ transport, host, port }) =>
    `syslog+${transport}://${host.includes(":") ? `[${host}]` : host}:${port}`,
  open: (place, { computer, processId }) => {
    const { transport, host, port, rfc, identity, framing, resendBytes, tls } = place;
    const origin = { rfc, host: computer, identity, processId };
    return transport === "udp" ? new DatagramSender(host, port, origin) : new StreamSender(
      { host, port, framing: framing!, resendBytes: resendBytes!, tls },
      origin,
    );
  },
};
