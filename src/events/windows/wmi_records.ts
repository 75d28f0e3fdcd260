/** Fields of events 19 and 21 out of records of Microsoft-Windows-WMI-Activity. */
import { type FieldValue, MISSING } from "../event.ts";
import { textField, type TraceRecord } from "./trace_record.ts";

type Fields = Readonly<Record<string, FieldValue>>;

/** 5859: written when a permanent filter is made, and again whenever the service starts. */
export function wmiFilter(record: TraceRecord): Fields {
  return {
    EventType: "WmiFilterEvent",
    User: textField(record, "user") || MISSING,
    EventNamespace: textField(record, "namespace") || MISSING,
    Query: textField(record, "query") || MISSING,
  };
}

/** 5861: a permanent consumer is bound to a filter. */
export function wmiBinding(record: TraceRecord): Fields {
  return {
    EventType: "WmiBindingEvent",
    Consumer: textField(record, "consumer") || MISSING,
    Filter: textField(record, "filter") || MISSING,
  };
}
