import { strictEqual as equals, throws } from "node:assert/strict";
import { parseDuration, parseSize, readArguments, UsageError } from "./usage.ts";

Deno.test("durations have units, seconds when they have none", () => {
  equals(parseDuration("90"), 90_000);
  equals(parseDuration("500ms"), 500);
  equals(parseDuration("1.5m"), 90_000);
  equals(parseDuration("1d"), 86_400_000);
  for (const wrong of ["", "s", "-1", "1y", "1 s", "0x10"]) {
    throws(() => parseDuration(wrong), UsageError, wrong);
  }
});

Deno.test("sizes have binary units", () => {
  equals(parseSize("65536"), 65536);
  equals(parseSize("64K"), 65536);
  equals(parseSize("32m"), 33554432);
  throws(() => parseSize("1T"), UsageError);
});

Deno.test("an unknown option is wrong usage, in one line", () => {
  throws(() => readArguments({ args: ["--bogus"], options: {} }), (error: Error) => {
    equals(error instanceof UsageError, true);
    return !error.message.includes("\n");
  });
});
