/**
 * The kinds of targets there are, in the order in which they are asked whether a text is theirs.
 */
import { discardKind } from "./discard.ts";
import { eventLogKind } from "./eventlog/kind.ts";
import { fileKind } from "./file_kind.ts";
import { azureKind } from "./http/azure.ts";
import { elasticKind } from "./http/elastic.ts";
import { genericKind } from "./http/generic.ts";
import { otlpKind } from "./http/otlp.ts";
import { splunkKind } from "./http/splunk.ts";
import { journaldKind } from "./journald.ts";
import { kafkaKind } from "./kafka/kind.ts";
import type { SinkPlace, TargetKind } from "./kind.ts";
import { stdoutKind } from "./stdout.ts";
import { syslogKind } from "./syslog/local_kind.ts";
import { remoteSyslogKind } from "./syslog/remote_kind.ts";

const KINDS: readonly TargetKind[] = [
  stdoutKind,
  syslogKind,
  remoteSyslogKind,
  journaldKind,
  eventLogKind,
  discardKind,
  genericKind,
  splunkKind,
  elasticKind,
  azureKind,
  otlpKind,
  kafkaKind,
  // Takes what no other does.
  fileKind,
];

/** A scheme that no kind has is a mistake, not a file's name; one letter is a drive of Windows. */
const SCHEME = /^[a-z][a-z\d+.-]+:\//i;

/** The kind of a target's text, or undefined for `scheme:/` that none knows. */
export function kindOfTarget(target: string): TargetKind | undefined {
  return KINDS.find((kind) =>
    kind.accepts(target) && !(kind.kind === fileKind.kind && SCHEME.test(target))
  );
}

/** The kind of a place that it has read. */
export function kindOf(place: SinkPlace): TargetKind {
  return KINDS.find(({ kind }) => kind === place.kind)!;
}

/** What a sink's target is called; two sinks of a run cannot share one. */
export function targetOf({ place }: { readonly place: SinkPlace }): string {
  return kindOf(place).name(place);
}

/** Whether a place can be opened only with the native library's sockets. */
export function needsLocalSockets(place: SinkPlace): boolean {
  return kindOf(place).needsLocalSockets ?? false;
}
