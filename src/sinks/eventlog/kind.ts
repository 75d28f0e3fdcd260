/**
 * Windows' event log as a target: `xml:eventlog`.
 */
import type { SinkPlace, TargetKind } from "../kind.ts";
import { eventLogRenderer } from "./renderer.ts";
import { EventLogSender } from "./sender.ts";

/** The instance's own channel. */
export interface EventLogPlace extends SinkPlace {
  readonly kind: "eventlog";
}

/** Takes `eventlog`. */
export const eventLogKind: TargetKind<EventLogPlace> = {
  kind: "eventlog",
  isRemote: false,
  // What Windows shows of an event.
  format: "xml",
  accepts: (target) => target === "eventlog",
  read: (_target, settings) => {
    if (Deno.build.os !== "windows") {
      throw settings.refusal(
        "eventlog is Windows' own event log; on Linux use journald, syslog or a file",
      );
    }
    return { kind: "eventlog" };
  },
  name: () => "eventlog",
  open: (_place, { eventLog }) => {
    if (eventLog === undefined) throw new Error("eventlog needs the native library");
    return new EventLogSender(eventLog);
  },
  line: () => eventLogRenderer(),
};
