/**
 * A running sensor's counters in Prometheus' text format 0.0.4.
 */
import { eventById } from "../schema/mod.ts";
import type { SensorStatus } from "../sensor/status.ts";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

const KILOBYTE = 1024;
const MILLISECOND = 1e-3;

/** All metrics, a family behind the other. */
export function exposition(status: SensorStatus): string {
  const { version, startedAt, events, sinks, capture, decoder, hashing, resources } = status;
  const families: string[] = [];
  const family = (type: "counter" | "gauge", name: string, help: string, samples: Sample[]) => {
    if (samples.length > 0) families.push(familyText(type, name, help, samples));
  };

  family("gauge", "monomi_info", "The sensor's version.", [[{ version }, 1]]);
  family("gauge", "monomi_start_time_seconds", "When the sensor started, in seconds since 1970.", [
    [{}, Date.parse(startedAt) * MILLISECOND],
  ]);

  const byEvent = (count: "seen" | "filtered" | "written"): Sample[] =>
    Object.entries(events).map(([id, counters]) => [
      { event: id, name: eventById(Number(id))?.name ?? "" },
      counters[count],
    ]);
  family(
    "counter",
    "monomi_events_captured_total",
    "Events in front of the rules.",
    byEvent("seen"),
  );
  family(
    "counter",
    "monomi_events_filtered_total",
    "Events that the rules dropped.",
    byEvent("filtered"),
  );
  family(
    "counter",
    "monomi_events_written_total",
    "Events that were given to the sinks.",
    byEvent("written"),
  );

  const kinds = Object.entries(capture?.kinds ?? {});
  family(
    "counter",
    "monomi_records_captured_total",
    "Records of the kernel side that were read, by kind.",
    kinds.map(([kind, { captured }]) => [{ kind }, captured]),
  );
  family(
    "counter",
    "monomi_records_problems_total",
    "Records of the kernel side that were lost or are incomplete, by kind and reason.",
    kinds.flatMap(([kind, counters]) =>
      Object.entries(counters)
        .filter(([reason]) => reason !== "captured")
        .map(([reason, count]): Sample => [{ kind, reason }, count])
    ),
  );
  family("counter", "monomi_records_unreadable_total", "Records that could not be understood.", [
    [{}, decoder.unknown + (capture?.malformed ?? 0)],
  ]);
  family("gauge", "monomi_hooks_refused", "Hooks that the kernel refused.", [
    [{}, capture?.failedHooks.length ?? 0],
  ]);

  const bySink = (count: "written" | "bytes" | "errors" | "waiting" | "spooled"): Sample[] =>
    sinks.map((sink) => [{ sink: sink.name }, sink[count]]);
  family(
    "counter",
    "monomi_sink_delivered_total",
    "Events that a sink delivered.",
    bySink("written"),
  );
  family(
    "counter",
    "monomi_sink_delivered_bytes_total",
    "Bytes that a sink delivered.",
    bySink("bytes"),
  );
  family(
    "counter",
    "monomi_sink_dropped_total",
    "Events that a sink lost, by the limit that they ran into.",
    sinks.flatMap(({ name, drops }) =>
      Object.entries(drops).map(([reason, count]): Sample => [{ sink: name, reason }, count])
    ),
  );
  family("counter", "monomi_sink_failures_total", "Failed deliveries of a sink.", bySink("errors"));
  family("gauge", "monomi_sink_queued", "Events that wait in a sink's memory.", bySink("waiting"));
  family("gauge", "monomi_sink_spooled", "Events that wait in a sink's spool.", bySink("spooled"));

  family(
    "counter",
    "monomi_hash_requests_total",
    "Images whose hashes were asked for, by where the answer came from.",
    hashing === undefined ? [] : [
      [{ from: "file" }, hashing.calls],
      [{ from: "cache" }, hashing.hits],
      [{ from: "shared" }, hashing.shared],
    ],
  );
  family(
    "counter",
    "monomi_hash_unavailable_total",
    "Images without hashes, by reason.",
    Object.entries(hashing?.unavailable ?? {}).map(([reason, count]) => [{ reason }, count]),
  );

  family(
    "counter",
    "process_cpu_seconds_total",
    "Processor time of the sensor's process, user and system.",
    [[{}, (resources.userMs + resources.systemMs) * MILLISECOND]],
  );
  family("gauge", "process_resident_memory_bytes", "Resident memory of the sensor's process.", [
    [{}, resources.rssKb * KILOBYTE],
  ]);
  return families.join("");
}

function familyText(type: string, name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escape(text)}"`);
    return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

/** Also what only a terminal would obey: names of sinks are text from elsewhere. */
function escape(text: string): string {
  return text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n").replace(/\p{Cc}/gu, "\ufffd");
}
