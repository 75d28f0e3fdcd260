/** Damaged logs never end in a crash, and what stands behind the damage is found again. */
import assert from "node:assert/strict";
import { Random } from "../../testing/random.ts";
import { isEvent, readEventText } from "./mod.ts";

const LOGS = [
  '{"EventID":1,"Image":"a\\"b","List":[1,{"x":null}]}\n',
  '[{"System":{"EventID":"3"},"EventData":{"Data":[{"@Name":"Image","#text":"x"}]}}]\n',
  '<Event><System><EventID>1</EventID></System><EventData><Data Name="Image">a&lt;&#27;' +
  "<![CDATA[</Event>]]></Data></EventData></Event>\n",
  "<Events><!-- <Event> --><Event xmlns='u'><System/><EventData/></Event></Events>\n",
];
const PIECES = [
  "<Event>",
  "</Event>",
  "<![CDATA[",
  "]]>",
  "<!--",
  "-->",
  "{",
  "}",
  "[",
  "]",
  '"',
  "\\",
];
const MORE = [
  "\n",
  "\0",
  "<!DOCTYPE x>",
  "&#x110000;",
  "Name=",
  "'",
  ",",
  ":",
  "\ud800",
  "__proto__",
];

function damaged(random: Random, log: string): string {
  let text = log;
  for (let i = random.below(6); i >= 0; i--) {
    const at = random.below(text.length);
    const to = random.chance(50) ? at : at + random.below(20);
    text = text.slice(0, at) + random.of([...PIECES, ...MORE]) + text.slice(to);
  }
  return text;
}

Deno.test("20,000 damaged logs are read to their end", async () => {
  const random = new Random(7);
  let events = 0;
  for (let i = 0; i < 20_000; i++) {
    const text = damaged(random, random.of(LOGS) + random.of(LOGS));
    const lines = text.split("\n").length;
    for await (const item of await readEventText(text, "log")) {
      assert.ok("line" in item.place && item.place.line >= 1 && item.place.line <= lines, text);
      if (isEvent(item)) {
        events++;
        assert.equal(item.event.values.length, item.event.definition.fields.length);
      } else {
        // deno-lint-ignore no-control-regex
        assert.ok(!/[\0-\x1f]/.test(item.message), JSON.stringify(text));
      }
    }
  }
  assert.ok(events > 5_000, `only ${events}`);
});

Deno.test("events behind a damaged line are found again", async () => {
  const random = new Random(8);
  for (const log of [LOGS[0], LOGS[2]]) {
    for (let i = 0; i < 2_000; i++) {
      const cut = log.slice(0, random.below(log.length));
      const text = `${log}${cut}\n${log}${log}`;
      let events = 0;
      for await (const item of await readEventText(text, "log")) if (isEvent(item)) events++;
      assert.ok(events >= 3, JSON.stringify(text));
    }
  }
});
