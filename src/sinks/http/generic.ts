/**
 * Any receiver that takes JSON over HTTP: `https://HOST/PATH[,body=lines|array]`.
 */
import { Body } from "../body.ts";
import { httpKind } from "./kind.ts";
import type { HttpPlace } from "./place.ts";
import { all, asJson } from "./protocol.ts";

/** A receiver of lines or of arrays. */
export interface GenericPlace extends HttpPlace {
  readonly kind: "http";
  readonly body: "lines" | "array";
}

/** Posts newline-delimited lines as they are, or one JSON array. */
export const genericKind = httpKind<GenericPlace>({
  kind: "http",
  prefix: "",
  scheme: "bearer",
  read: (place, settings) => ({
    ...place,
    kind: "http",
    body: settings.takeWord("body", ["lines", "array"]) ?? "lines",
  }),
  open: ({ url, body }, { isJson, format, authorization }) => ({
    request: async (lines) => {
      const bytes = new Body();
      if (body === "array") {
        lines.forEach((line, i) => bytes.add(i === 0 ? "[" : ",").add(asJson(line, isJson)));
        bytes.add("]");
      } else for (const line of lines) bytes.add(line.bytes).add("\n");
      const type = body === "array"
        ? "application/json"
        : isJson
        ? "application/x-ndjson"
        : `text/plain; charset=utf-8; format=${format}`;
      return {
        url,
        headers: { "content-type": type, ...await authorization() },
        body: bytes.bytes(),
      };
    },
    accepted: (_, lines) => all(lines, "taken"),
  }),
});
