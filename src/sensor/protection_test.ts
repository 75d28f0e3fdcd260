import assert from "node:assert/strict";
import { constants } from "node:os";
import type { Event } from "../events/event.ts";
import { Deed, type Interference, Relation, Role } from "../events/interference_records.ts";
import { describeInterference, ProtectionReports } from "./protection.ts";

const { SIGTERM, SIGINT, SIGKILL, SIGQUIT } = constants.signals;
const KILL = {
  pid: 7,
  guid: "{g}",
  image: "/bin/kill",
  command: "kill",
  user: "root",
};

function interference(differences: Partial<Interference>): Interference {
  return {
    ...{ time: 1_000_000, deed: Deed.SIGNAL, signal: SIGTERM, relation: Relation.STRANGER },
    ...{ isRefused: false, targetPid: 5, targetRole: Role.SENSOR, path: "", isCandidate: false },
    ...{ actor: KILL, ...differences },
  };
}

const ids = (events: readonly Event[]) =>
  events.map(({ definition, values }) => values[definition.fieldIndex.get("ID")!]);

Deno.test("a stranger's signal is tampering, that of who runs the sensor is a stop", () => {
  const reports = new ProtectionReports();
  const idsOf = (differences: Partial<Interference>) =>
    ids(reports.take([interference(differences)], 0));
  assert.deepEqual(idsOf({}), ["Tampering"]);
  for (const relation of [Relation.MANAGER, Relation.OWN, Relation.PARENT, Relation.UNLOCKED]) {
    assert.deepEqual(idsOf({ relation }), []);
    assert.deepEqual(idsOf({ relation, signal: SIGINT }), []);
    assert.deepEqual(idsOf({ relation, signal: SIGKILL }), ["Signal"]);
    assert.deepEqual(idsOf({ relation, isRefused: true }), ["Tampering"]);
  }
  assert.deepEqual(idsOf({ relation: Relation.KERNEL, signal: SIGQUIT }), []);
  assert.deepEqual(idsOf({ relation: Relation.KERNEL, signal: SIGKILL }), ["Signal"]);
});

Deno.test("names are compared whole", () => {
  const reports = new ProtectionReports();
  reports.paths = ["/etc/monomi"];
  const touch = (path: string) =>
    reports.take([interference({ deed: Deed.REMOVE, path, isCandidate: true })], 0).length;
  assert.deepEqual(
    ["/etc/monomi", "/etc/monomi/a/b", "/etc/monomi2", "/x/etc/monomi", "+/etc/monomi"].map(touch),
    [1, 1, 0, 0, 0],
  );
  assert.equal(reports.touched, 2);
  assert.deepEqual([reports.takeMoves(), reports.takeMoves()], [true, false]);
});

Deno.test("what comes or goes under a protected name is looked at anew", () => {
  const reports = new ProtectionReports();
  reports.paths = ["/etc/monomi"];
  const moves = Object.entries(Deed).filter(([, deed]) => {
    reports.take([interference({ deed, path: "/etc/monomi/x", isCandidate: true })], 0);
    return reports.takeMoves();
  });
  assert.deepEqual(moves.map(([name]) => name), ["OPEN", "REMOVE", "RENAME", "MAKE"]);
});

Deno.test("a flood is told in part, and how much was left out", () => {
  const reports = new ProtectionReports();
  const flood = Array.from({ length: 100 }, () => interference({}));
  assert.equal(reports.take(flood, 0).length, 60);
  assert.deepEqual(reports.due(1000), []);
  const [rest] = reports.due(60_000);
  assert.match(String(rest.values.at(-1)), /^40 more within a minute/);
  assert.equal(reports.take(flood, 60_001).length, 60);
  assert.match(String(reports.due(60_002, true)[0].values.at(-1)), /^40 more/);
});

Deno.test("who had the sensor stop is who began it, not who passed it on", () => {
  const reports = new ProtectionReports();
  const passedOn = interference({
    relation: Relation.OWN,
    actor: { ...KILL, image: "/opt/monomi" },
    time: 1_000_100,
  });
  assert.equal(reports.stoppedBy(1_000_000), undefined);
  reports.take([passedOn], 0);
  assert.match(reports.stoppedBy(1_000_200)!, /^\/opt\/monomi/);
  reports.take([interference({ targetRole: Role.SUPERVISOR }), passedOn], 0);
  assert.equal(reports.stoppedBy(1_000_200), "/bin/kill (process 7, {g}, user root)");
  assert.equal(reports.stoppedBy(1_100_000), undefined, "too long ago");
  reports.take([interference({ isRefused: true, time: 2_000_000 })], 0);
  assert.equal(reports.stoppedBy(2_000_000), undefined, "it was refused");
});

Deno.test("each deed has its words", () => {
  const of = (differences: Partial<Interference>) =>
    describeInterference(interference(differences));
  assert.equal(
    of({ signal: SIGKILL, isRefused: true }),
    "refused: SIGKILL to the sensor (process 5), by /bin/kill (process 7, {g}, user root)",
  );
  assert.equal(
    of({ signal: 60, targetRole: Role.SUPERVISOR, relation: Relation.KERNEL }),
    "signal 60 to the supervisor (process 5), by the kernel",
  );
  assert.match(of({ deed: Deed.RENAME, path: "/a" }), /^\/a renamed or replaced, by /);
  const unknown = { ...KILL, image: "<unknown process>" };
  assert.match(of({ actor: unknown }), /by <unknown process> named kill \(process 7/);
  for (const deed of Object.values(Deed)) {
    assert.doesNotMatch(of({ deed }) + of({ deed, path: "/a" }), /undefined/);
  }
});
