/**
 * Recorded events: EVTX, JSON and XML logs, and events typed as `Field=value`.
 *
 * @example
 * ```ts
 * import { isEvent, readEventLog } from "./mod.ts";
 * const log = await readEventLog("Sysmon.evtx", { native: load });
 * for await (const item of log) {
 *   if (isEvent(item)) console.log(item.event.definition.name, item.place);
 *   else console.error(item.message);
 * }
 * console.error(`${log.skipped} records of others`);
 * ```
 */
export type { TraceKind, TraceTotal } from "./etl.ts";
export { EventLog, EventLogError, isEvent, type LogOptions } from "./event_log.ts";
export { readEventLog, readEventText } from "./event_log.ts";
export { EventFieldError, eventFromFields } from "./from_fields.ts";
export type { LoggedEvent, LogProblem } from "./logged_event.ts";
