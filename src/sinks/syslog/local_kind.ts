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

const LONGEST_SOCKET_PATH_BYTES = 107;

/** Takes `syslog` and `syslog:…`. */
export const syslogKind: TargetKind<SyslogPlace> = {
  kind: "syslog",
  isRemote: false,
  needsLocalSockets: true,
  accepts: (target) => target === "syslog" || target.startsWith("syslog:"),
  read: (target, settings) => {
    const socket = target.slice("syslog:".length);
    if (new TextEncoder().encode(socket).length > LONGEST_SOCKET_PATH_BYTES) {
      throw settings.refusal(`a socket's path has at most ${LONGEST_SOCKET_PATH_BYTES} bytes`);
    }
    const identity = readIdentity(settings);
    return {
      kind: "syslog",
      ...(socket === "" ? {} : { socket }),
      ...(identity === undefined ? {} : { identity }),
    };
  },
  open: ({ socket = "/dev/log", identity = "sysmon" }, { sockets }) => {
    if (sockets === undefined) throw new Error("syslog needs the native library");
    return { name: `syslog ${socket}`, sender: new SyslogSender(sockets, socket, identity) };
  },
};

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
