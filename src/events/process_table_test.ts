import assert from "node:assert/strict";
import type { Process, ProcessFace } from "./process.ts";
import { ProcessTable } from "./process_table.ts";
import { TEST_HOST } from "./testing.ts";

const SHELL = { image: "/bin/sh", commandLine: "sh" };
const TRUE = { image: "/bin/true", commandLine: "true" };
const CAT = { image: "/bin/cat", commandLine: "cat" };
const ROOT = 0;
const NOBODY_KNOWN = 999_999;
/** As many ended processes as the table remembers. */
const ENDED_KEPT = 4096;

/** A table with shorter calls: starts are below 2³² nanoseconds. */
class Table {
  readonly table = new ProcessTable(TEST_HOST);

  running(pid: number, start: number, face: ProcessFace = SHELL, parentPid = 0): Process {
    return this.exec(pid, start, 1, face, parentPid);
  }

  fork(parent: Process, pid: number, start: number): Process {
    return this.table.fork(parent, parent.face, pid, start, 0, parent.execId, parent.uid);
  }

  exec(pid: number, start: number, execId: number, face: ProcessFace, parentPid = 0): Process {
    return this.table.exec(pid, start, 0, execId, ROOT, face, parentPid);
  }

  find(pid: number, start: number, execId: number, parentPid = 0): Process {
    return this.table.find(pid, start, 0, execId, ROOT, parentPid);
  }
}

Deno.test("a child looks like its parent until it executes, and is somebody else", () => {
  const processes = new Table();
  const shell = processes.running(10, 1_000);
  const child = processes.fork(shell, 11, 2_000);
  assert.equal(child.face, SHELL);
  assert.equal(child.parent, shell);
  assert.notEqual(child.guid, shell.guid);
  assert.equal(processes.find(11, 2_000, 1), child);

  const executed = processes.exec(11, 2_000, 2, TRUE);
  assert.equal(executed.face, TRUE);
  assert.equal(executed.parent, shell);
  assert.notEqual(executed.guid, child.guid);
  assert.equal(processes.find(11, 2_000, 2), executed);
});

Deno.test("every exec of one process gives it a new GUID and keeps its parent", () => {
  const processes = new Table();
  const shell = processes.running(10, 1_000);
  processes.fork(shell, 11, 2_000);
  const guids = [2, 3, 4].map((execId) => {
    const process = processes.exec(11, 2_000, execId, TRUE);
    assert.equal(process.parent, shell);
    return process.guid;
  });
  assert.equal(new Set(guids).size, 3);
});

Deno.test("an event that was on its way during an exec finds who acted", () => {
  const processes = new Table();
  const before = processes.running(10, 1_000);
  const after = processes.exec(10, 1_000, 2, TRUE);
  assert.equal(processes.find(10, 1_000, 1), before);
  assert.equal(processes.find(10, 1_000, 2), after);
});

Deno.test("a pid that is used again is another process; the old one can still be found", () => {
  const processes = new Table();
  const first = processes.running(10, 1_000, CAT);
  assert.equal(processes.table.exit(first), true);
  const second = processes.exec(10, 5_000, 1, TRUE);
  assert.notEqual(second.guid, first.guid);
  assert.equal(second.parent, undefined);
  assert.equal(processes.find(10, 5_000, 1), second);
  assert.equal(processes.find(10, 1_000, 1), first);
});

Deno.test("an end is reported once", () => {
  const processes = new Table();
  const process = processes.running(10, 1_000);
  assert.equal(processes.table.exit(process), true);
  assert.equal(processes.table.exit(processes.find(10, 1_000, 1)), false);
});

Deno.test("where the fork was lost the parent is asked for by its pid", () => {
  const processes = new Table();
  const shell = processes.running(10, 1_000);
  assert.equal(processes.exec(11, 2_000, 2, TRUE, 10).parent, shell);
  assert.equal(processes.exec(12, 3_000, 2, TRUE, NOBODY_KNOWN).parent, undefined);
});

Deno.test("the parent is who forked, also after its own exec and its end", () => {
  const processes = new Table();
  const shell = processes.running(10, 1_000);
  const init = processes.running(1, 1, { image: "/sbin/init", commandLine: "init" });
  processes.fork(shell, 11, 2_000);
  const replaced = processes.exec(10, 1_000, 2, CAT);
  processes.table.exit(replaced);
  const { parent } = processes.exec(11, 2_000, 2, TRUE, init.pid);
  assert.equal(parent, shell);
  assert.equal(parent.face, SHELL);
});

Deno.test("a process never heard of gets a place of its own, and its parent if that is known", () => {
  const processes = new Table();
  const shell = processes.running(10, 1_000);
  const unknown = processes.find(11, 2_000, 1, 10);
  assert.equal(unknown.face.image, "<unknown process>");
  assert.equal(unknown.parent, shell);
  assert.equal(processes.find(11, 2_000, 1), unknown);
});

Deno.test("a late event of somebody forgotten does not take the pid's place", () => {
  const processes = new Table();
  const forgotten = processes.running(10, 1_000, CAT);
  processes.table.exit(forgotten);
  const now = processes.running(10, 9_000, TRUE);
  for (let i = 0; i < ENDED_KEPT; i++) processes.table.exit(processes.running(100 + i, 2_000));
  const late = processes.find(10, 1_000, 1);
  assert.equal(late.face.image, "<unknown process>");
  assert.equal(late.guid, forgotten.guid);
  assert.equal(processes.find(10, 9_000, 1), now);

  const earlier = processes.exec(10, 9_000, 3, CAT);
  processes.find(10, 9_000, 2);
  assert.equal(processes.find(10, 9_000, 3), earlier);
});

Deno.test("chains of processes that fork the next and end are forgotten", () => {
  const processes = new Table();
  let parent = processes.running(10, 1_000);
  for (let i = 0; i < 3 * ENDED_KEPT; i++) {
    const child = processes.fork(parent, 100 + i, 2_000 + i);
    processes.table.exit(parent);
    assert.equal(parent.parent, undefined);
    parent = child;
  }
  assert.equal(processes.table.size, ENDED_KEPT + 1);
});

Deno.test("a family is a process and all that descend from it, also when those between have ended", () => {
  const processes = new Table();
  const shell = processes.running(10, 1_000);
  const child = processes.fork(shell, 11, 2_000);
  processes.running(12, 1_500);
  const family = processes.table.follow(10)!;
  const other = processes.table.follow(12)!;
  const grandchild = processes.fork(child, 13, 3_000);
  processes.exec(13, 3_000, 2, TRUE);
  processes.table.exit(child);
  processes.table.exit(shell);
  processes.fork(grandchild, 14, 4_000);
  assert.deepEqual([10, 11, 12, 13, 14, 15].filter(family.has), [10, 11, 13, 14]);
  assert.deepEqual([10, 11, 12, 13, 14, 15].filter(other.has), [12]);
  family.end();
  assert.deepEqual([10, 11, 12, 13, 14].filter(family.has), []);
  assert.ok(other.has(12));
  assert.equal(processes.table.follow(10), undefined, "it has ended");
});

Deno.test("who was followed is not in a later family", () => {
  const processes = new Table();
  const shell = processes.running(10, 1_000);
  const child = processes.fork(shell, 11, 2_000);
  const earlier = processes.table.follow(10)!;
  const grandchild = processes.fork(child, 12, 3_000);
  processes.table.exit(child);
  for (let i = 0; i < ENDED_KEPT; i++) {
    const other = processes.running(100 + i, 4_000 + i);
    processes.table.exit(other);
  }
  earlier.end();
  processes.running(13, 9_000_000);
  const later = processes.table.follow(13)!;
  processes.fork(grandchild, 14, 9_000_001);
  assert.deepEqual([10, 12, 13, 14].filter(later.has), [13]);
});

Deno.test("what the root forked before its last exec is followed, too", () => {
  const processes = new Table();
  const shell = processes.running(10, 1_000);
  processes.fork(shell, 11, 2_000);
  processes.exec(10, 1_000, 2, CAT);
  const family = processes.table.follow(10)!;
  assert.deepEqual([10, 11].filter(family.has), [10, 11]);
});
