/**
 * Where events go: rendered as JSON lines, Sysmon's XML, ECS, OCSF or lines for people; to standard output,
 * files, syslog and other receivers.
 *
 * ```ts ignore
 * const sinks = openSinks([parseSink("json:-")], { computer: "host", processId: 1, userId: 0 });
 * sinks.write(events, events.length);
 * await sinks.ready();
 * await sinks.close();
 * ```
 */
export { Chunk, type Line, type Mark } from "./chunk.ts";
export { eventLogKind } from "./eventlog/kind.ts";
export type { EventLogAccess, EventLogCalls } from "./eventlog/sender.ts";
export { fileKind, type FilePlace } from "./file_kind.ts";
export { SINK_FORMATS, type SinkFormat } from "./formats.ts";
export { type JsonOptions, jsonRenderer } from "./json.ts";
export type { OpenOptions, SinkPlace, TargetKind } from "./kind.ts";
export { needsLocalSockets, targetOf } from "./kinds.ts";
export type { SocketCalls, SocketKind } from "./local_socket.ts";
export { escapeForPeople, type PrettyOptions, prettyRenderer } from "./pretty.ts";
export { withoutSecrets } from "./settings.ts";
export { RetryLater, type Sender } from "./queued_target.ts";
export type { Renderer } from "./renderer.ts";
export type { Rotation } from "./rotation.ts";
export { RefusedPathError } from "../files/safe_open.ts";
export {
  type OpenSinks,
  openSinks,
  type SinkCounters,
  type SinkOptions,
  type SinkSet,
} from "./set.ts";
export {
  type OptionValue,
  parseSink,
  sinkFromParts,
  type SinkSpec,
  SinkSyntaxError,
  type SpoolFull,
} from "./spec.ts";
export { inTime } from "./waiters.ts";
export type { DropReason, Drops, Target, TargetCounters, TargetOptions } from "./target.ts";
export { type XmlOptions, xmlRenderer } from "./xml.ts";
export { stdoutKind } from "./stdout.ts";
