/**
 * Registering the channel of the sink `eventlog`. Run by the runtime for Windows
 * (`tasks/windows/test.ts`), with Wine's wevtutil, which says yes to everything and does nothing.
 */
import assert from "node:assert/strict";
import { eventProvider } from "../../src/schema/mod.ts";
import { eventLibrary } from "../../src/schema_output/mod.ts";
import { registerChannel, unregisterChannel } from "../../src/service/event_channel.ts";
import { channelFilesOf, identityOf, ownPlaces } from "../../src/service/identity.ts";

const WEVTUTIL = `${Deno.env.get("SystemRoot")}\\System32\\wevtutil.exe`;
/** Fails whatever it is told: it is the start of a single file that nothing was packed into. */
const FAILING = `${Deno.env.get("MONOMI_FAKE_BUILD")}\\monomi-launcher.exe`;

/** An instance whose program lies in a folder of its own, with a copy of `program` for wevtutil. */
async function withInstance(program: string, run: (folder: string) => Promise<void>) {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${folder}\\System32`);
    if (program !== "") {
      Deno.copyFileSync(program, `${folder}\\System32\\wevtutil.exe`);
    }
    await run(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const instanceIn = (programDirectory: string) => ({
  ...identityOf("watcher.exe"),
  programDirectory,
});

Deno.test("library and manifest are written, registered, replaced, and the instance's to remove", () =>
  withInstance(WEVTUTIL, async (folder) => {
    const instance = instanceIn(folder);
    const { library, manifest } = channelFilesOf(instance);
    assert.equal(await registerChannel(instance), undefined);
    const bytes = eventLibrary(eventProvider("watcher"));
    assert.deepEqual(Deno.readFileSync(library), bytes);
    const text = Deno.readTextFileSync(manifest);
    assert.ok(text.includes(`resourceFileName="${library}"`), text.slice(0, 600));
    assert.ok(text.includes('name="watcher/Operational"'));

    Deno.writeFileSync(library, new Uint8Array(1));
    assert.equal(await registerChannel(instance), undefined);
    assert.deepEqual(Deno.readFileSync(library), bytes);

    await unregisterChannel(instance);
    const own = new Set(ownPlaces(instance));
    assert.ok(own.has(manifest) && own.has(library));
    for (const path of [manifest, library]) Deno.removeSync(path);
    await unregisterChannel(instance);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["System32"]);
  }));

Deno.test("why it could not be registered is told", async () => {
  await withInstance(FAILING, async (folder) => {
    assert.match(await registerChannel(instanceIn(folder)) ?? "", /^wevtutil im ended with \d+: /);
  });
  await withInstance("", async (folder) => {
    assert.match(await registerChannel(instanceIn(folder)) ?? "", /^cannot run wevtutil: /);
  });
  assert.match(await registerChannel(instanceIn("Z:\\nowhere")) ?? "", /\S/);
});
