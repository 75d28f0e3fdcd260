import assert from "node:assert/strict";
import { HashCache } from "./cache.ts";
import type { FileIdentity } from "./request.ts";

const FILE: FileIdentity = {
  device: 0xfe000000,
  inodeLow: 10,
  inodeHigh: 0,
  sizeLow: 20,
  sizeHigh: 0,
  mtimeLow: 30,
  mtimeHigh: 31,
  ctimeLow: 40,
  ctimeHigh: 41,
};

function cacheOf(limit: number, inodes: readonly number[]): HashCache<string> {
  const cache = new HashCache<string>(limit);
  for (const inodeLow of inodes) {
    cache.settle(cache.add({ ...FILE, inodeLow }, "pending"), `text ${inodeLow}`);
  }
  return cache;
}

function kept(cache: HashCache<string>, inodes: readonly number[]): number[] {
  return inodes.filter((inodeLow) => cache.find({ ...FILE, inodeLow }) !== undefined);
}

Deno.test("every part of the identity counts", () => {
  const cache = new HashCache<string>(10);
  cache.settle(cache.add(FILE, "pending"), "text");
  assert.equal(cache.find({ ...FILE })?.text, "text");
  for (const name of Object.keys(FILE) as (keyof FileIdentity)[]) {
    assert.equal(cache.find({ ...FILE, [name]: FILE[name] + 1 }), undefined, name);
  }
});

Deno.test("signed and unsigned halves are the same number", () => {
  const cache = new HashCache<string>(10);
  const unsigned = { ...FILE, inodeLow: 0xfffffff0, ctimeLow: 0x80000000, mtimeHigh: 0xffffffff };
  cache.settle(cache.add(unsigned, "pending"), "text");
  const signed = { ...FILE, inodeLow: -16, ctimeLow: -0x80000000, mtimeHigh: -1 };
  assert.equal(cache.find(signed)?.text, "text");
});

Deno.test("the least recently used answer goes first", () => {
  const cache = cacheOf(3, [1, 2, 3]);
  cache.use(cache.find({ ...FILE, inodeLow: 1 })!);
  cache.settle(cache.add({ ...FILE, inodeLow: 4 }, "pending"), "text 4");
  assert.deepEqual(kept(cache, [1, 2, 3, 4]), [1, 3, 4]);
  cache.use(cache.find({ ...FILE, inodeLow: 4 })!);
  cache.use(cache.find({ ...FILE, inodeLow: 3 })!);
  cache.settle(cache.add({ ...FILE, inodeLow: 5 }, "pending"), "text 5");
  assert.deepEqual(kept(cache, [1, 2, 3, 4, 5]), [3, 4, 5]);
  assert.equal(cache.size, 3);
});

Deno.test("pending entries are found and neither evicted nor counted", () => {
  const cache = new HashCache<string>(2);
  const pending = cache.add(FILE, "pending");
  for (const inodeLow of [1, 2, 3]) {
    cache.settle(cache.add({ ...FILE, inodeLow }, "pending"), "text");
  }
  assert.equal(cache.find(FILE), pending);
  assert.equal(cache.size, 2);
  cache.remove(pending);
  assert.equal(cache.find(FILE), undefined);
  assert.equal(cache.size, 2);
});

Deno.test("files that share a slot stay apart, whichever is removed", () => {
  const sharing = [0, 1, 2].map((n) => ({ ...FILE, inodeLow: 10 ^ n, ctimeLow: 40 ^ n }));
  for (const victim of sharing) {
    const cache = new HashCache<string>(10);
    for (const file of sharing) {
      cache.settle(cache.add(file, "pending"), `text ${file.inodeLow}`);
    }
    cache.remove(cache.find(victim)!);
    for (const file of sharing) {
      const expected = file === victim ? undefined : `text ${file.inodeLow}`;
      assert.equal(cache.find(file)?.text, expected);
    }
  }
});

Deno.test("removing in any order leaves an empty, usable cache", () => {
  for (const order of [[1, 2, 3], [3, 2, 1], [2, 1, 3], [2, 3, 1]]) {
    const cache = cacheOf(3, [1, 2, 3]);
    for (const inodeLow of order) cache.remove(cache.find({ ...FILE, inodeLow })!);
    assert.equal(cache.size, 0);
    cache.settle(cache.add(FILE, "pending"), "text");
    assert.deepEqual(kept(cache, [FILE.inodeLow, 1, 2, 3]), [FILE.inodeLow]);
  }
});
