/** Event 255: what the sensor cannot see or do is told, and it goes on with the rest. */
import assert from "node:assert/strict";
import { captureTest, Folder, MONOMI, output } from "./support/environment.ts";
import { eventsOf } from "./support/events.ts";
import { Sensor } from "./support/sensor.ts";

/** More than hashing reads. */
const HUGE = 600 * 2 ** 20;

function rules(folder: Folder, ...tags: readonly string[]): string {
  const path = folder.at("rules.xml");
  const elements = tags.map((tag) => `<${tag} onmatch="exclude"/>`);
  Deno.writeTextFileSync(
    path,
    `<Sysmon schemaversion="4.90"><EventFiltering>${elements.join("")}</EventFiltering></Sysmon>`,
  );
  return path;
}

captureTest("a hook that cannot be attached is an error, the others work", async () => {
  using folder = new Folder();
  const file = folder.at("events.json");
  const configuration = rules(folder, "ProcessCreate", "DnsQuery", "FileDelete");
  // Without a place for the tree of control groups, packets cannot be seen.
  const hidden = 'mount -t tmpfs none /sys/fs && exec "$@"';
  const run = [MONOMI, "run", "--stats", "-c", configuration, "--sink", `json:${file}`];
  await using sensor = await Sensor.start(["--mount", "sh", "-c", hidden, "sh", ...run], {
    program: "unshare",
  });
  assert.match(sensor.stderr, /warning: cgroup_skb\/egress is not seen, event 22 may be missing: /);
  await output("/bin/true", "after the error");
  Deno.writeTextFileSync(folder.at("a file"), "");
  Deno.removeSync(folder.at("a file"));
  const { stderr, summary } = await sensor.stop();
  const events = eventsOf(file);
  const errors = events.filter(({ EventID }) => EventID === 255);
  assert.deepEqual(errors.map(({ ID }) => ID), ["HookFailed", "HookFailed"]);
  for (const [i, direction] of ["ingress", "egress"].entries()) {
    const start = `cgroup_skb/${direction} is not seen, event 22 may be missing: `;
    assert.ok(String(errors[i].Description).startsWith(start), String(errors[i].Description));
  }
  assert.ok(events.some(({ CommandLine }) => CommandLine === "/bin/true after the error"));
  assert.ok(events.some(({ TargetFilename }) => TargetFilename === folder.at("a file")));
  assert.match(stderr, /failed: cgroup_skb\/ingress/);
  const { failedHooks } = summary!.capture as unknown as { failedHooks: { events: number[] }[] };
  assert.deepEqual(failedHooks.map(({ events }) => events), [[22], [22]]);
});

captureTest("missing hashes are an error with their reasons", async () => {
  using folder = new Folder();
  const file = folder.at("events.json");
  const program = folder.at("huge");
  Deno.copyFileSync("/bin/true", program);
  Deno.truncateSync(program, HUGE);
  await using sensor = await Sensor.start(
    ["run", "-c", rules(folder, "ProcessCreate"), "--sink", `json:${file}`],
  );
  await output(program);
  await sensor.stop();
  const started = eventsOf(file, ({ EventID, Image }) => EventID === 1 && Image === program);
  assert.deepEqual(started.map(({ Hashes }) => Hashes), ["-"]);
  const errors = eventsOf(file, ({ EventID }) => EventID === 255);
  assert.ok(errors.length > 0);
  assert.ok(errors.every(({ ID }) => ID === "HashFailed"));
  assert.match(
    String(errors.at(-1)!.Description),
    /^\d+ hashes missing since the last report \(in all: .*too_large 1/,
  );
});
