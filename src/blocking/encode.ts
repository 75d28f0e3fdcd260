/** Decisions as the bytes that the native library hands to the kernel (native/linux/src/guard.rs). */
import type { Next, Test } from "./decision.ts";

const ALLOW = 0xfffe;
const DENY = 0xffff;
const TEST_BYTES = 12;
const NUMBER_BYTES = 4;
const NAME_BYTES = 64;

/** What the kernel has room for. */
export const LIMITS = { tests: 4096, textBytes: 65_536, users: 4096, nameBytes: NAME_BYTES - 1 };

/** Decisions in bytes, and what they need of the kernel's room. */
export interface Encoded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly tests: number;
  readonly textBytes: number;
}

/** Encodes one decision for each of the events, and the accounts' names by user id. */
export function encode(entries: readonly Next[], users: ReadonlyMap<number, string>): Encoded {
  const tests = inOrder(entries);
  const numbers = new Map(tests.map((test, number) => [test, number]));
  const numberOf = (next: Next) =>
    next === "allow" ? ALLOW : next === "deny" ? DENY : numbers.get(next)!;
  const pool = new Pool();
  const places = tests.map(({ pattern }) => pool.place(pattern));
  const head = (entries.length + 3) * NUMBER_BYTES;
  const text = head + tests.length * TEST_BYTES;
  const names = text + pool.length;
  const bytes = new Uint8Array(names + users.size * (2 * NUMBER_BYTES + NAME_BYTES));
  const view = new DataView(bytes.buffer);
  [...entries.map(numberOf), tests.length, pool.length, users.size].forEach((number, index) =>
    view.setUint32(index * NUMBER_BYTES, number, true)
  );
  for (const [number, { operation, slot, pattern, ifTrue, ifFalse }] of tests.entries()) {
    const at = head + number * TEST_BYTES;
    view.setUint8(at, operation);
    view.setUint8(at + 1, slot);
    view.setUint16(at + 2, pattern.length, true);
    view.setUint32(at + 4, places[number], true);
    view.setUint16(at + 8, numberOf(ifTrue), true);
    view.setUint16(at + 10, numberOf(ifFalse), true);
  }
  pool.copyTo(bytes, text);
  let at = names;
  for (const [uid, name] of users) {
    const encoded = new TextEncoder().encode(name);
    view.setUint32(at, uid, true);
    view.setUint32(at + NUMBER_BYTES, encoded.length, true);
    bytes.set(encoded, at + 2 * NUMBER_BYTES);
    at += 2 * NUMBER_BYTES + NAME_BYTES;
  }
  return { bytes, tests: tests.length, textBytes: pool.length };
}

/** All tests, each in front of those that it leads to. */
function inOrder(entries: readonly Next[]): Test[] {
  const seen = new Set<Test>();
  const ordered: Test[] = [];
  const open: { test: Test; left: Next[] }[] = [];
  const visit = (next: Next) => {
    if (typeof next === "string" || seen.has(next)) return;
    seen.add(next);
    open.push({ test: next, left: [next.ifTrue, next.ifFalse] });
  };
  for (const entry of entries) {
    visit(entry);
    // No recursion: one list may have thousands of items.
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const next = top.left.pop();
      if (next !== undefined) visit(next);
      else ordered.push(open.pop()!.test);
    }
  }
  return ordered.reverse();
}

/** Patterns one behind the other, each once. */
class Pool {
  readonly #places = new Map<string, number>();
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  length = 0;

  place(pattern: Uint8Array<ArrayBuffer>): number {
    const key = pattern.toHex();
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.length;
    this.#places.set(key, place);
    this.#pieces.push(pattern);
    this.length += pattern.length;
    return place;
  }

  copyTo(bytes: Uint8Array<ArrayBuffer>, start: number): void {
    let at = start;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
  }
}
