import assert from "node:assert/strict";
import { countOf, table } from "./report.ts";
import type { Finding } from "./selftest.ts";

const watcher = (name: string) => ({ name, hooks: [`sys_exit_${name}`] });

const FINDINGS: readonly Finding[] = [
  {
    event: 1,
    name: "ProcessCreate",
    what: "execute a program",
    verdict: "seen",
    programs: [watcher("process_fork"), watcher("process_exec")],
    milliseconds: 21.6,
  },
  {
    event: 9,
    name: "RawAccessRead",
    what: "open a block device",
    verdict: "not provoked",
    programs: [watcher("special_open")],
    reason: "no block device can be opened",
  },
  {
    event: 22,
    name: "DnsQuery",
    what: "ask a name server",
    verdict: "missing",
    programs: [watcher("dns_query")],
  },
];

Deno.test("a table tells the verdict, the time and who watched", () => {
  assert.deepEqual(table(FINDINGS).split("\n"), [
    "  1  ProcessCreate  ok         22 ms  execute a program",
    "     process_fork, process_exec",
    "  9  RawAccessRead  -                 open a block device",
    "     not provoked: no block device can be opened",
    " 22  DnsQuery       MISSING           ask a name server",
    "     dns_query",
    "",
    "1 seen, 1 missing, 1 not tried",
  ]);
});

Deno.test("what was not tried is not missing", () => {
  assert.equal(countOf(FINDINGS, "missing"), 1);
  assert.equal(countOf(FINDINGS.slice(0, 2), "missing"), 0);
});
