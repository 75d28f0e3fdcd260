/** Deleted files: event 23 for what is in the archive, 26 for what could not be kept. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { captureTest, exists, Folder } from "./support/environment.ts";
import { EventFollower, eventsOf, type JsonEvent } from "./support/events.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

/** A directory at the root, made by the sensor and removed here. */
class Archive implements Disposable {
  readonly name = `monomi-test-${crypto.randomUUID()}`;
  readonly path = `/${this.name}`;

  files(): string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name).sort();
  }

  [Symbol.dispose](): void {
    if (exists(this.path)) Deno.removeSync(this.path, { recursive: true });
  }
}

function rules(folder: Folder, archive: Archive | undefined, more = ""): string {
  const path = folder.at("rules.xml");
  const entry = archive === undefined ? "" : `<ArchiveDirectory>${archive.name}</ArchiveDirectory>`;
  Deno.writeTextFileSync(
    path,
    `<Sysmon schemaversion="4.90"><HashAlgorithms>md5,sha256</HashAlgorithms>${entry}
    <EventFiltering><RuleGroup groupRelation="or">
    <FileDelete onmatch="include"><TargetFilename name="wanted" condition="contains">wanted</TargetFilename>
    </FileDelete>${more}</RuleGroup></EventFiltering></Sysmon>`,
  );
  return path;
}

/** Runs `work` under a sensor; gives the deletions in the folder `work`, and what was archived. */
async function deletionsDuring(
  configuration: string,
  folder: Folder,
  work: (at: (name: string) => string, isWritten: (name: string) => Promise<void>) => Promise<void>,
) {
  const file = folder.at("events.json");
  Deno.mkdirSync(folder.at("work"));
  await using sensor = await Sensor.start(
    ["run", "--stats", "-c", configuration, "--sink", `json:${file}`],
  );
  const follower = new EventFollower(file);
  const at = (name: string) => folder.at(`work/${name}`);
  const isWritten = async (name: string) => {
    await until(
      `the deletion of ${name}`,
      () => follower.find((event) => event.TargetFilename === at(name)) !== undefined,
    );
  };
  await work(at, isWritten);
  const { summary } = await sensor.stop();
  const events = eventsOf(file, ({ EventID }) => EventID === 23 || EventID === 26);
  return { events, summary: summary as unknown as { archiving?: Record<string, unknown> } };
}

function describe({ EventID, TargetFilename, RuleName }: JsonEvent): string {
  return `${EventID} ${String(TargetFilename).split("/").at(-1)} ${RuleName}`;
}

function digest(algorithm: string, content: string | Uint8Array): string {
  return createHash(algorithm).update(content).digest("hex");
}

captureTest("what somebody still holds is archived, the rest is detected", async () => {
  using folder = new Folder();
  using archive = new Archive();
  const program = Deno.readFileSync("/bin/sleep");
  const { events, summary } = await deletionsDuring(
    rules(folder, archive),
    folder,
    async (at, isWritten) => {
      using held = Deno.openSync(at("wanted.held"), { createNew: true, write: true });
      held.writeSync(new TextEncoder().encode("content"));
      Deno.removeSync(at("wanted.held"));
      await isWritten("wanted.held");
      Deno.writeTextFileSync(at("wanted.gone"), "nobody has it");
      Deno.removeSync(at("wanted.gone"));
      Deno.writeTextFileSync(at("other"), "no rule is for it");
      Deno.removeSync(at("other"));
      Deno.copyFileSync("/bin/sleep", at("wanted-program"));
      const running = new Deno.Command(at("wanted-program"), { args: ["60"] }).spawn();
      await new Deno.Command("/bin/rm", { args: [at("wanted-program")] }).output();
      await isWritten("wanted-program");
      running.kill("SIGKILL");
      await running.status;
    },
  );
  assert.deepEqual(events.map(describe), [
    "23 wanted.held wanted",
    "26 wanted.gone wanted",
    "23 wanted-program wanted",
  ]);
  const [held, gone, ran] = events;
  const [md5, sha256] = ["md5", "sha256"].map((algorithm) => digest(algorithm, "content"));
  assert.deepEqual([held.Hashes, held.IsExecutable, held.Archived], [
    `MD5=${md5},SHA256=${sha256}`,
    false,
    "true",
  ]);
  assert.deepEqual([gone.Hashes, gone.Archived], ["-", undefined]);
  assert.deepEqual([ran.IsExecutable, ran.Archived], [true, "true"]);
  const names = [`${md5}${sha256}.held`, digest("md5", program) + digest("sha256", program)];
  assert.deepEqual(archive.files(), names.sort());
  assert.equal(Deno.readTextFileSync(`${archive.path}/${md5}${sha256}.held`), "content");
  assert.equal(Deno.statSync(archive.path).mode! & 0o777, 0o700);
  assert.equal(summary.archiving?.archived, 2);
});

captureTest("rules for FileDeleteDetected decide about what could not be archived", async () => {
  using folder = new Folder();
  using archive = new Archive();
  const detected = `<FileDeleteDetected onmatch="include">
    <TargetFilename name="detected" condition="contains">both</TargetFilename></FileDeleteDetected>`;
  const { events } = await deletionsDuring(
    rules(folder, archive, detected),
    folder,
    async (at, isWritten) => {
      for (const name of ["wanted-both", "wanted", "both"]) {
        Deno.writeTextFileSync(at(name), "");
        Deno.removeSync(at(name));
      }
      await isWritten("both");
    },
  );
  assert.deepEqual(events.map(describe), ["26 wanted-both detected", "26 both detected"]);
});

captureTest("an archive that others can look into is not used", async () => {
  using folder = new Folder();
  using archive = new Archive();
  Deno.mkdirSync(archive.path, { mode: 0o755 });
  const { events, summary } = await deletionsDuring(
    rules(folder, archive),
    folder,
    async (at, isWritten) => {
      using _held = Deno.openSync(at("wanted"), { createNew: true, write: true });
      Deno.removeSync(at("wanted"));
      await isWritten("wanted");
    },
  );
  assert.deepEqual(events.map(describe), ["26 wanted wanted"]);
  assert.deepEqual(archive.files(), []);
  assert.equal((summary.archiving?.missed as Record<string, number>).directory, 1);
});

captureTest("without ArchiveDirectory a deletion is event 23 as it always was", async () => {
  using folder = new Folder();
  const { events } = await deletionsDuring(
    rules(folder, undefined),
    folder,
    async (at, isWritten) => {
      using _held = Deno.openSync(at("wanted"), { createNew: true, write: true });
      Deno.removeSync(at("wanted"));
      await isWritten("wanted");
    },
  );
  assert.deepEqual(events.map(describe), ["23 wanted wanted"]);
  assert.deepEqual([events[0].Hashes, events[0].Archived], ["-", "-"]);
});
