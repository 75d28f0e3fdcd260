/** Hashes of images, compared with the system's own programs. */
import assert from "node:assert/strict";
import { captureTest, config, Folder, output } from "./support/environment.ts";
import { EventFollower } from "./support/events.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

async function digestsOf(path: string): Promise<Record<string, string>> {
  const digest = async (program: string) => (await output(program, path)).split(" ")[0];
  return {
    SHA1: await digest("sha1sum"),
    MD5: await digest("md5sum"),
    SHA256: await digest("sha256sum"),
  };
}

for (const name of ["three-hashes.xml", "all-hashes.xml"]) {
  captureTest(`one event has SHA1, MD5 and SHA256 in Sysmon's order with ${name}`, async () => {
    using folder = new Folder();
    const file = folder.at("events.json");
    const image = folder.at("image");
    await Deno.copyFile("/bin/true", image);
    // Behind an ELF file's end, so that the content is this test's alone.
    await Deno.writeTextFile(image, crypto.randomUUID(), { append: true });
    await using sensor = await Sensor.start(["run", "-c", config(name), "--sink", `json:${file}`]);
    await output(image);
    await output("/bin/sh", "-c", "exec true");
    await sensor.stop();

    const written = new EventFollower(file);
    const { SHA1, MD5, SHA256 } = await digestsOf(image);
    const event = written.find((event) => event.Image === image);
    assert.equal(event?.Hashes, `SHA1=${SHA1},MD5=${MD5},SHA256=${SHA256}`);
  });
}

captureTest("an image that changed has the hash of its new content", async () => {
  using folder = new Folder();
  const file = folder.at("events.json");
  const image = folder.at("image");
  await using sensor = await Sensor.start(
    ["run", "-c", config("processes.xml"), "--sink", `json:${file}`],
  );
  const written = new EventFollower(file);
  const expected: string[] = [];
  for (const program of ["/bin/true", "/bin/false", "/bin/true"]) {
    await Deno.copyFile(program, image);
    await new Deno.Command(image).output();
    expected.push(`SHA256=${(await digestsOf(program)).SHA256}`);
    const isRun = () => written.events.filter((event) => event.Image === image);
    await until("the event", () => {
      written.find(() => false);
      return isRun().filter((event) => event.EventID === 1).length === expected.length;
    });
  }
  await sensor.stop();
  const starts = written.events.filter((event) => event.EventID === 1 && event.Image === image);
  assert.deepEqual(starts.map((event) => event.Hashes), expected);
});
