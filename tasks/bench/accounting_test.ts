import assert from "node:assert/strict";
import { parseMappedRing, parseStat, processorTime } from "./accounting.ts";

Deno.test("parseStat finds the times behind any name", () => {
  const line = "7 (a) b (c) S 1 7 7 0 -1 4194560 100 0 0 0 123 45 6 7 20 0 1 0 99 0 0 0";
  assert.deepEqual(parseStat(line), { user: 1.23, system: 0.45 });
});

Deno.test("processorTime grows with work", () => {
  const total = () => {
    const { user, system } = processorTime(Deno.pid);
    return user + system;
  };
  const before = total();
  const end = performance.now() + 5_000;
  while (total() === before && performance.now() < end);
  assert(total() > before);
});

Deno.test("parseMappedRing sums the ring buffer's mappings only", () => {
  const smaps = `7f1000000000-7f1001000000 rw-s 00000000 00:0f 12 anon_inode:bpf-map
Size:              16384 kB
Rss:               16384 kB
Pss:                8192 kB
7f1001000000-7f1003001000 r--s 00001000 00:0f 12                        anon_inode:bpf-map
Rss:               32772 kB
7f2000000000-7f2000001000 r-xp 00000000 fe:00 99 /usr/lib/libc.so.6
Rss:                   4 kB
`;
  assert.equal(parseMappedRing(smaps), 16384 + 32772);
});
