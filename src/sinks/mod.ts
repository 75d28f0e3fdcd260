/**
 * Where events go: rendered as JSON lines, Sysmon's XML or lines for people; to standard output,
 * files and syslog.
 *
 * ```ts ignore
 * const sinks = openSinks([parseSink("json:-")], { computer: "host", processId: 1, userId: 0 });
 * sinks.write(events, events.length);
 * await sinks.ready();
 * await sinks.close();
 * ```
 */
export { type JsonOptions, jsonRenderer } from "./json.ts";
export { NULL_DEVICE } from "./discard.ts";
export type { SocketCalls, SocketKind } from "./local_socket.ts";
export { escapeForPeople, type PrettyOptions, prettyRenderer } from "./pretty.ts";
export type { Renderer } from "./renderer.ts";
export type { Rotation } from "./rotation.ts";
export { RefusedPathError } from "./safe_open.ts";
export { openSinks, type SinkCounters, type SinkOptions, type SinkSet } from "./set.ts";
export {
  parseSink,
  type SinkFormat,
  type SinkPlace,
  type SinkSpec,
  SinkSyntaxError,
} from "./spec.ts";
export type { Target, TargetCounters, TargetOptions } from "./target.ts";
export { type XmlOptions, xmlRenderer } from "./xml.ts";
