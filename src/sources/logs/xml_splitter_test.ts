import assert from "node:assert/strict";
import { MAX_EVENT_LENGTH, type Piece } from "./pieces.ts";
import { XmlSplitter } from "./xml_splitter.ts";

/** All pieces, the text given whole and, to the same result, character by character. */
function split(text: string): Piece[] {
  const whole = new XmlSplitter();
  const pieces = [...whole.push(text), ...whole.end()];
  if (text.length < 10_000) {
    const bitwise = new XmlSplitter();
    const again = Array.from(text).flatMap((bit) => bitwise.push(bit));
    assert.deepEqual([...again, ...bitwise.end()], pieces);
  }
  return pieces;
}

const summary = (text: string) =>
  split(text).map((piece) => `${piece.line}: ${"text" in piece ? piece.text : "!"}`);

Deno.test("events in a document, one a line, behind prefixes", () => {
  const document = "<?xml version='1.0'?>\n<Events><Event xmlns='x'>\n<EventData/></Event >\n" +
    "<Event>2</Event></Events>";
  assert.deepEqual(summary(document), [
    "2: <Event xmlns='x'>\n<EventData/></Event >",
    "4: <Event>2</Event>",
  ]);
  const syslog = "Nov 22 h sysmon: <Event>1</Event>\nNov 22 h other: <Events>\n" +
    "Nov 22 h sysmon: <Event>2</Event>\n";
  assert.deepEqual(summary(syslog), ["1: <Event>1</Event>", "3: <Event>2</Event>"]);
  assert.deepEqual(summary("nothing\n"), []);
});

Deno.test("an end inside CDATA or a comment is none", () => {
  const event = "<Event><![CDATA[</Event><Event>]]><!-- </Event> --></Event>";
  assert.deepEqual(summary(event + event), [`1: ${event}`, `1: ${event}`]);
});

Deno.test("an event without an end costs itself", () => {
  assert.deepEqual(summary("<Event>1\n<Event>2</Event>\n<Event>3"), [
    "1: !",
    "2: <Event>2</Event>",
    "3: !",
  ]);
  const long = `<Event>${"x".repeat(MAX_EVENT_LENGTH)}</Event>\n<Event>2</Event>`;
  assert.deepEqual(summary(long), ["1: !", "2: <Event>2</Event>"]);
  assert.deepEqual(summary(`<Event><!--${"x".repeat(2 * MAX_EVENT_LENGTH)}`), ["1: !"]);
});

Deno.test("a document with a DOCTYPE is refused, a message that speaks of one is not", () => {
  assert.deepEqual(summary("<!DOCTYPE a [<!ENTITY b 'c'>]>\n<Event>1</Event>"), ["1: !"]);
  assert.deepEqual(summary("httpd: <!DOCTYPE html>\nsysmon: <Event>2</Event>"), [
    "2: <Event>2</Event>",
  ]);
});
