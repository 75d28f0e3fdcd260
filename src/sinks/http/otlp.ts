/**
 * OpenTelemetry: `otlp+https://HOST:4318`, logs by OTLP/HTTP in its JSON encoding.
 */
import { Body } from "../body.ts";
import { eventId, type Line } from "../chunk.ts";
import { shown } from "../foreign_text.ts";
import { type Answer, fieldsOf } from "./client.ts";
import { httpKind } from "./kind.ts";
import type { HttpPlace } from "./place.ts";
import { textOfLine, type Verdict } from "./protocol.ts";

/** A collector. */
export interface OtlpPlace extends HttpPlace {
  readonly kind: "otlp";
}

interface LogsAnswer {
  readonly partialSuccess: {
    readonly rejectedLogRecords?: string | number;
    readonly errorMessage?: string;
  };
}

/** SEVERITY_NUMBER_INFO. */
const INFORMATION = 9;

/** One log record an event, whose body is the line. */
export const otlpKind = httpKind<OtlpPlace>({
  kind: "otlp",
  prefix: "otlp+",
  scheme: "bearer",
  read: (place) => ({ ...place, kind: "otlp" }),
  open: ({ url }, { format, computer, authorization }) => {
    const logs = new URL(url).pathname === "/" ? new URL("v1/logs", url).href : url;
    const resource = {
      attributes: [
        text("service.name", "monomi"),
        text("host.name", computer),
        text("os.type", Deno.build.os),
      ],
    };
    const head = `{"resourceLogs":[{"resource":${JSON.stringify(resource)},"scopeLogs":[{"scope":` +
      `{"name":"monomi"},"logRecords":[`;
    const record = (line: Line) => {
      const timeUnixNano = `${Math.trunc(Number.isFinite(line.time) ? line.time : 0)}000000`;
      return JSON.stringify({
        timeUnixNano,
        observedTimeUnixNano: timeUnixNano,
        severityNumber: INFORMATION,
        severityText: "INFO",
        body: { stringValue: textOfLine(line) },
        attributes: [
          text("log.record.uid", eventId(computer, line)),
          text("monomi.format", format),
        ],
      });
    };
    return {
      request: async (lines) => ({
        url: logs,
        headers: { "content-type": "application/json", ...await authorization() },
        body: new Body().add(head).add(lines.map(record).join()).add("]}]}]}").bytes(),
      }),
      accepted: verdictsOf,
    };
  },
});

function text(key: string, stringValue: string) {
  return { key, value: { stringValue } };
}

/** How many were rejected is known, which is not: the last ones are counted for them. */
function verdictsOf({ text }: Answer, lines: readonly Line[]): Verdict[] {
  const { rejectedLogRecords = 0, errorMessage = "" } = fieldsOf<LogsAnswer>(text).partialSuccess ??
    {};
  const rejected = Number(rejectedLogRecords);
  if (!(rejected >= 0)) throw new Error(`this is no answer of a collector: ${shown(text)}`);
  const taken = Math.max(lines.length - rejected, 0);
  return lines.map((_, i) => i < taken ? "taken" : { refused: shown(String(errorMessage)) });
}
