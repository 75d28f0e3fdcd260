import assert from "node:assert/strict";
import { isAbsolute } from "node:path";
import { LAYOUT_VERSION } from "../events/record_layout.ts";
import { Records } from "../events/testing.ts";
import { openRecordFile, RecordFileError, recordHead } from "./record_file.ts";

const FACTS = {
  computer: "build-7",
  machineId: "0123456789abcdef0123456789abcdef",
  kernel: "6.18.0",
  users: { "0": "root", "1000": "ada" },
};
const BOOT_EPOCH = Date.UTC(2026, 0, 2, 3, 4, 5, 250);
const [VERSION_AT, FACTS_LENGTH_AT, FACTS_AT] = [8, 12, 24];

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** Three records: two of 72 bytes and one with a text. */
function records(): Uint8Array<ArrayBuffer> {
  const written = new Records()
    .exit({ pid: 1 })
    .exit({ pid: 2 })
    .file("FILE_CREATE", { pid: 3 }, "/tmp/a-path-of-some-length");
  return written.buffer.slice(0, written.length);
}

function withFile<T>(content: Uint8Array<ArrayBuffer>, use: (path: string) => T): T {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeFileSync(path, content);
    return use(path);
  } finally {
    Deno.removeSync(path);
  }
}

/** Everything read, and how much of an unfinished record was left. */
function readAll(content: Uint8Array<ArrayBuffer>, bufferBytes = 4096) {
  return withFile(content, (path) => {
    const file = openRecordFile(path);
    try {
      const buffer = new Uint8Array(bufferBytes);
      const parts: Uint8Array[] = [];
      for (let length = file.read(buffer); length > 0; length = file.read(buffer)) {
        parts.push(buffer.slice(0, length));
      }
      return { host: file.host, bytes: joined(...parts), batches: parts.length, cut: file.cut };
    } finally {
      file.close();
    }
  });
}

/** The refusal of a file: one line that begins with the file's name. */
function refusal(content: Uint8Array<ArrayBuffer>, bufferBytes?: number): string {
  try {
    readAll(content, bufferBytes);
  } catch (error) {
    assert.ok(error instanceof RecordFileError, String(error));
    const [path, reason] = error.message.split(": ", 2);
    assert.ok(isAbsolute(path));
    assert.doesNotMatch(error.message, /\n/);
    return reason;
  }
  assert.fail("the file was accepted");
}

function patched(bytes: Uint8Array<ArrayBuffer>, at: number, value: number) {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(at, value, true);
  return copy;
}

const HEAD = recordHead(FACTS, BOOT_EPOCH);
const WHOLE = joined(HEAD, records());

Deno.test("a file gives its records and its host", () => {
  const { host, bytes, cut } = readAll(WHOLE);
  assert.deepEqual(bytes, records());
  assert.equal(cut, 0);
  assert.equal(host.computer, "build-7");
  assert.equal(host.machine, 0x01234567);
  assert.ok(Math.abs(host.bootEpoch() - BOOT_EPOCH) < 0.001);
  assert.deepEqual([0, 1000, 1001].map((uid) => host.userName(uid)), ["root", "ada", "-"]);
});

Deno.test("records that do not fit into one buffer come in several, each whole", () => {
  const { bytes, batches, cut } = readAll(WHOLE, 160);
  assert.deepEqual(bytes, records());
  assert.equal(batches, 2);
  assert.equal(cut, 0);
});

Deno.test("a file cut off anywhere gives the whole records before and tells the rest", () => {
  const all = records();
  const ends = [0, 72, 144, all.length];
  for (let length = 0; length < all.length; length++) {
    const { bytes, cut } = readAll(joined(HEAD, all.subarray(0, length)), 256);
    const end = ends.findLast((end) => end <= length)!;
    assert.deepEqual(bytes, all.subarray(0, end), `cut at ${length}`);
    assert.equal(cut, length - end, `cut at ${length}`);
  }
});

Deno.test("a head cut off anywhere is refused", () => {
  for (let length = 0; length < HEAD.length; length++) {
    const reason = refusal(WHOLE.slice(0, length));
    assert.match(reason, length < FACTS_AT ? /^not a record file/ : /^the file's head is cut off/);
  }
});

Deno.test("another kind of file is refused", () => {
  const text = new TextEncoder().encode("<Sysmon schemaversion='4.90'><EventFiltering/></Sysmon>");
  assert.match(refusal(text), /^not a record file/);
});

Deno.test("another version is refused with both numbers", () => {
  const other = LAYOUT_VERSION + 1;
  assert.equal(
    refusal(patched(WHOLE, VERSION_AT, other)),
    `record layout ${other}; this program reads layout ${LAYOUT_VERSION}`,
  );
});

Deno.test("facts that claim gigabytes are refused without reserving them", () => {
  for (const length of [2 ** 32 - 1, 2 ** 31, 17 * 1024 * 1024]) {
    const before = Deno.memoryUsage().external;
    assert.match(refusal(patched(WHOLE, FACTS_LENGTH_AT, length)), /^the file's head is /);
    assert.ok(Deno.memoryUsage().external - before < 64 * 1024 * 1024);
  }
});

Deno.test("facts that are no JSON object are refused, facts of wrong types become texts", () => {
  const withFacts = (text: string) => {
    const bytes = new TextEncoder().encode(text);
    const head = joined(HEAD.subarray(0, FACTS_AT), bytes);
    return joined(patched(head, FACTS_LENGTH_AT, bytes.length), records());
  };
  for (const text of ["", "{", "null", "\u{fffd}"]) {
    assert.match(refusal(withFacts(text)), /^the file's head is damaged/, text);
  }
  const invalid = withFacts("ab");
  invalid.fill(0xff, FACTS_AT, FACTS_AT + 2);
  assert.match(refusal(invalid), /^the file's head is damaged/);

  const { host } = readAll(withFacts('{"computer":7,"users":{"0":null,"__proto__":"x"}}'));
  assert.equal(host.computer, "7");
  assert.equal(host.userName(0), "null");
  assert.equal(host.machine, 0);
});

Deno.test("a damaged length is refused with the record's number", () => {
  const second = HEAD.length + 72;
  for (const length of [0, 8, 60, 65, 71, 2 ** 32 - 8, 4104]) {
    assert.equal(
      refusal(patched(WHOLE, second, length)),
      `record 2 is damaged (length ${length})`,
    );
  }
});

Deno.test("a length that claims more than the file has is an unfinished record", () => {
  const { bytes, cut } = readAll(patched(WHOLE, HEAD.length + 72, 4096));
  assert.deepEqual(bytes, records().subarray(0, 72));
  assert.equal(cut, records().length - 72);
});

Deno.test("a file that is not there is told by name", () => {
  assert.throws(
    () => openRecordFile("/nonexistent/x.mrec"),
    (error) =>
      error instanceof RecordFileError && error.message.startsWith("/nonexistent/x.mrec: "),
  );
});
