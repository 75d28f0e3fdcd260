/**
 * The local syslog daemon as a target: `syslog[:/PATH/TO/SOCKET][,ident=NAME]`.
 */
import type { SinkPlace, TargetKind } from "../kind.ts";
import type { Settings } from "../settings.ts";
import { SyslogSender } from "./local.ts";

/** A syslog daemon's socket. */
export interface SyslogPlace extends SinkPlace {
  readonly kind: "syslog";
  /** `/dev/log` when absent. */
  readonly socket?: string;
  /** `sysmon` when absent. */
  readonly identity?: string;
}

const DEFAULT_SOCKET = "/dev/log";
const LONGEST_SOCKET_PATH_BYTES = 107;

/** Takes `syslog` and `syslog:…`. */
export const syslogKind: TargetKind<SyslogPlace> = {
  kind: "syslog",
  isRemote: false,
  needsLocalSockets: true,
  accepts: (target) => target === "syslog" || target.startsWith("syslog:"),
  read: (target, settings) => {
    const socket = readSocket(target.slice("syslog:".length), settings);
    const identity = readIdentity(settings);
    return {
      kind: "syslog",
      ...(socket === undefined ? {} : { socket }),
      ...(identity === undefined ? {} : { identity }),
    };
  },
  name: ({ socket = DEFAULT_SOCKET }) => `syslog ${socket}`,
  open: ({ socket = DEFAULT_SOCKET, identity = "sysmon" }, { sockets }) => {
    if (sockets === undefined) throw new Error("syslog needs the native library");
    return new SyslogSender(sockets, socket, identity);
  },
};

/** The path of a socket; undefined when it is empty. @throws {SinkSyntaxError} */
export function readSocket(path: string, settings: Settings): string | undefined {
  if (path === "") return undefined;
  if (!/^\/(?!\/)/.test(path)) {
    throw settings.refusal(
      "a socket's path begins with one /; a server is written syslog+udp://HOST, " +
        "syslog+tcp://HOST or syslog+tls://HOST",
    );
  }
  if (new TextEncoder().encode(path).length > LONGEST_SOCKET_PATH_BYTES) {
    throw settings.refusal(`a socket's path has at most ${LONGEST_SOCKET_PATH_BYTES} bytes`);
  }
  return path;
}

/** The name in front of each message. @throws {SinkSyntaxError} */
export function readIdentity(settings: Settings): string | undefined {
  const identity = settings.take("ident");
  if (identity !== undefined && !/^[!-9;-~]{1,48}$/.test(identity)) {
    throw settings.refusal(
      "ident takes 1 to 48 printable ASCII characters without blanks and colons",
    );
  }
  return identity;
}
