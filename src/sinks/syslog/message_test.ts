import assert from "node:assert/strict";
import { headerOf } from "./message.ts";

const origin = { host: "build 7", identity: "sysmon", processId: 42 } as const;

Deno.test("headers have the event's time, to the millisecond where the RFC has it", () => {
  const time = Date.UTC(2024, 10, 2, 15, 4, 5, 67);
  assert.equal(
    headerOf({ ...origin, rfc: "5424" })(time),
    "<14>1 2024-11-02T15:04:05.067Z build_7 sysmon 42 - - ",
  );
  assert.match(
    headerOf({ ...origin, rfc: "3164" })(time),
    /^<14>Nov [ \d]\d \d\d:\d\d:05 build_7 sysmon: $/,
  );
});

Deno.test("a damaged time is 1970 in both", () => {
  for (const time of [NaN, Infinity, 1e300]) {
    assert.equal(
      headerOf({ ...origin, rfc: "5424" })(time),
      "<14>1 1970-01-01T00:00:00.000Z build_7 sysmon 42 - - ",
    );
    assert.match(
      headerOf({ ...origin, rfc: "3164" })(time),
      /^<14>(?:Jan {2}1|Dec 31) \d\d:\d\d:\d\d build_7 sysmon: $/,
    );
  }
});
