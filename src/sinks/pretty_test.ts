import assert from "node:assert/strict";
import { escapeForPeople, prettyRenderer } from "./pretty.ts";
import { ODD_TEXT, SAMPLE_TIME, sampleEvent } from "./sample_events.ts";

const render = prettyRenderer();
const date = new Date(SAMPLE_TIME);
const TIME = [date.getHours(), date.getMinutes(), date.getSeconds()]
  .map((part) => String(part).padStart(2, "0")).join(":") + ".123";

Deno.test("lines are aligned and show what tells most", () => {
  assert.deepEqual(
    [
      sampleEvent(1, { RuleName: "T1059" }),
      sampleEvent(3),
      sampleEvent(3, { Initiated: false, SourceIp: "0:0:0:0:0:0:0:1", Protocol: "udp" }),
      sampleEvent(5),
      sampleEvent(11),
      sampleEvent(23),
      sampleEvent(13, { EventType: "SetValue", TargetObject: "HKLM\\Run\\x", Details: "y" }),
      sampleEvent(24, { Session: 1 }),
    ].map(render),
    [
      `${TIME}  ProcessCreate         4711 alice      /usr/bin/python3.11      /usr/bin/python3.11 -m http.server 8000 [T1059]`,
      `${TIME}  NetworkConnect        4711 alice      /usr/bin/python3.11      tcp out 10.0.0.5:51234 -> 192.0.2.10:443`,
      `${TIME}  NetworkConnect        4711 alice      /usr/bin/python3.11      udp in  [0:0:0:0:0:0:0:1]:51234 -> 192.0.2.10:443`,
      `${TIME}  ProcessTerminate      4711 alice      /usr/bin/python3.11`,
      `${TIME}  FileCreate            4711 alice      /usr/bin/python3.11      /tmp/work/some/dir/file-1.txt`,
      `${TIME}  FileDelete            4711 alice      /usr/bin/python3.11      /tmp/work/some/dir/file-1.txt`,
      `${TIME}  RegistryValueSet      4711 alice      /usr/bin/python3.11      SetValue HKLM\\Run\\x = y`,
      `${TIME}  ClipboardChange       4711 alice      /usr/bin/python3.11      Session=1`,
    ],
  );
});

Deno.test("control characters, bidirectional overrides and the like are spelled out", () => {
  const line = render(sampleEvent(11, {
    RuleName: ODD_TEXT,
    User: ODD_TEXT,
    Image: ODD_TEXT,
    TargetFilename: ODD_TEXT,
  }));
  assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  assert.equal(
    escapeForPeople("a\nb\x1b[1m\u202e\ud800\0\t\\"),
    "a\\nb\\e[1m\\u{202e}\\u{d800}\\u{0}\\t\\\\",
  );
  assert.equal(escapeForPeople("C:\\new\\x e\u0301\u4e2d"), "C:\\new\\x e\u0301\u4e2d");
});

Deno.test("colour wraps text in complete sequences and changes nothing else", () => {
  const event = sampleEvent(1, { RuleName: "r", Image: "/bin/\x1b[41mx" });
  const line = prettyRenderer({ color: true })(event);
  // deno-lint-ignore no-control-regex
  assert.equal(line.replaceAll(/\x1b\[\d+m/g, ""), render(event));
  assert.ok(line.startsWith("\x1b[2m") && line.endsWith("\x1b[0m"));
});

Deno.test("--tree indents processes, and what they do, under their parents", () => {
  const tree = prettyRenderer({ tree: true });
  const process = (self: string, parent: string) =>
    tree(sampleEvent(1, { ProcessGuid: self, ParentProcessGuid: parent, Image: self }));
  const depth = (line: string, what: string) => line.indexOf(what) - process("X", "?").indexOf("X");

  assert.equal(depth(process("A", "?"), "A "), 0);
  assert.equal(depth(process("B", "A"), "B "), 2);
  assert.equal(depth(process("C", "B"), "C "), 4);
  assert.equal(depth(tree(sampleEvent(11, { ProcessGuid: "C", Image: "Cx" })), "Cx"), 6);
  assert.equal(depth(tree(sampleEvent(11, { ProcessGuid: "unknown", Image: "Ux" })), "Ux"), 0);
  assert.equal(depth(process("B", "A"), "B "), 2, "a second exec keeps its place");
});

Deno.test("--tree stays readable and bounded in a chain of 100,000 processes", () => {
  const tree = prettyRenderer({ tree: true });
  let line = "";
  for (let i = 0; i < 100_000; i++) {
    line = tree(sampleEvent(1, { ProcessGuid: `g${i + 1}`, ParentProcessGuid: `g${i}` }));
  }
  assert.ok(line.length < 250, String(line.length));
  assert.match(line, / {60}/);
});

Deno.test("a damaged time is 1970", () => {
  const line = render({ ...sampleEvent(5), time: NaN });
  assert.match(line, /^\d\d:\d\d:\d\d\.000 {2}ProcessTerminate/);
});
