import { strictEqual as equals } from "node:assert/strict";
import { millisecondsOf, utcTime } from "./clock.ts";

Deno.test("UtcTime cuts milliseconds and does not round them", () => {
  equals(utcTime(Date.UTC(2026, 0, 2, 3, 4, 5, 6) + 0.999), "2026-01-02 03:04:05.006");
  equals(utcTime(Date.UTC(2026, 0, 2, 3, 4, 5, 999)), "2026-01-02 03:04:05.999");
  equals(utcTime(Date.UTC(2026, 0, 2, 3, 4, 6)), "2026-01-02 03:04:06.000");
});

Deno.test("a time outside the calendar is a dash", () => equals(utcTime(NaN), "-"));

Deno.test("two words make milliseconds", () => equals(millisecondsOf(0, 1), 4294.967296));
