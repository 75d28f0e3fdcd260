/** Every way to create or remove a file's name, and the paths that come out. */
import assert from "node:assert/strict";
import { captureImpossible, captureTest, config, Folder, output } from "./support/environment.ts";
import { eventsOf } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

/** What one call should give: `+path` for a created, `-path` for a removed name. */
type Expected = readonly string[];

/** One call in a directory of its own that `prepare` fills. */
interface Case {
  readonly name: string;
  readonly prepare?: (folder: string) => void | Promise<void>;
  readonly call: (folder: string) => readonly string[];
  readonly expected: (folder: string) => Expected;
  readonly cleanUp?: (folder: string) => Promise<unknown>;
}

const touch = (...names: string[]) => (folder: string) => {
  for (const name of names) Deno.writeTextFileSync(`${folder}/${name}`, name);
};
const directories = (...names: string[]) => (folder: string) => {
  for (const name of names) Deno.mkdirSync(`${folder}/${name}`, { recursive: true });
};

/** Where the tests' directories are, which decides whether the victim of a rename is seen. */
const FILE_SYSTEM = captureImpossible === undefined ? await fileSystemOfTemporaryFiles() : "";
const TELLS_OF_VICTIMS = /^(ext|btrfs|f2fs)/.test(FILE_SYSTEM);

async function fileSystemOfTemporaryFiles(): Promise<string> {
  using folder = new Folder();
  return (await output("stat", "--file-system", "--format=%T", folder.path)).trim();
}

function replaced(path: string): Expected {
  return TELLS_OF_VICTIMS ? [`+${path}`, `-${path}`] : [`+${path}`];
}

const CASES: readonly Case[] = [
  { name: "open", call: (f) => ["open", `${f}/new`], expected: (f) => [`+${f}/new`] },
  {
    name: "open of a file that exists",
    prepare: touch("old"),
    call: (f) => ["open-existing", `${f}/old`],
    expected: () => [],
  },
  { name: "openat", call: (f) => ["openat", f, "new"], expected: (f) => [`+${f}/new`] },
  { name: "openat2", call: (f) => ["openat2", f, "new"], expected: (f) => [`+${f}/new`] },
  { name: "creat", call: (f) => ["creat", `${f}/new`], expected: (f) => [`+${f}/new`] },
  { name: "mknod", call: (f) => ["mknod", `${f}/new`], expected: (f) => [`+${f}/new`] },
  {
    name: "mknod of a FIFO",
    call: (f) => ["mknod-fifo", `${f}/new`],
    expected: (f) => [`+${f}/new`],
  },
  { name: "mknodat", call: (f) => ["mknodat", f, "new"], expected: (f) => [`+${f}/new`] },
  {
    name: "link",
    prepare: touch("old"),
    call: (f) => ["link", `${f}/old`, `${f}/new`],
    expected: (f) => [`+${f}/new`],
  },
  {
    name: "linkat",
    prepare: (f) => (directories("d")(f), touch("old")(f)),
    call: (f) => ["linkat", f, "old", `${f}/d`, "new"],
    expected: (f) => [`+${f}/d/new`],
  },
  {
    name: "symlink",
    call: (f) => ["symlink", "/nowhere", `${f}/new`],
    expected: (f) => [`+${f}/new`],
  },
  {
    name: "symlinkat",
    call: (f) => ["symlinkat", "/nowhere", f, "new"],
    expected: (f) => [`+${f}/new`],
  },
  {
    name: "rename onto a new name",
    prepare: touch("old"),
    call: (f) => ["rename", `${f}/old`, `${f}/new`],
    expected: (f) => [`+${f}/new`],
  },
  {
    name: "rename onto a name that exists",
    prepare: touch("old", "victim"),
    call: (f) => ["rename", `${f}/old`, `${f}/victim`],
    expected: (f) => replaced(`${f}/victim`),
  },
  {
    name: "rename onto a name that exists, on a file system that does not tell of the victim",
    prepare: async (f) => (await mountAtM(f), touch("m/old", "m/victim")(f)),
    call: (f) => ["rename", `${f}/m/old`, `${f}/m/victim`],
    expected: (f) => [`+${f}/m/victim`],
    cleanUp: unmountM,
  },
  {
    name: "renameat",
    prepare: (f) => (directories("d")(f), touch("old")(f)),
    call: (f) => ["renameat", f, "old", `${f}/d`, "new"],
    expected: (f) => [`+${f}/d/new`],
  },
  {
    name: "renameat2",
    prepare: (f) => (directories("d")(f), touch("old")(f)),
    call: (f) => ["renameat2", f, "old", `${f}/d`, "new"],
    expected: (f) => [`+${f}/d/new`],
  },
  {
    name: "renameat2 onto a name that exists",
    prepare: (f) => (directories("d")(f), touch("old", "d/victim")(f)),
    call: (f) => ["renameat2", f, "old", `${f}/d`, "victim"],
    expected: (f) => replaced(`${f}/d/victim`),
  },
  {
    name: "unlink",
    prepare: touch("old"),
    call: (f) => ["unlink", `${f}/old`],
    expected: (f) => [`-${f}/old`],
  },
  {
    name: "unlinkat with a directory descriptor",
    prepare: touch("old"),
    call: (f) => ["unlinkat", f, "old"],
    expected: (f) => [`-${f}/old`],
  },
  { name: "mkdir", call: (f) => ["mkdir", `${f}/d`], expected: () => [] },
  {
    name: "rmdir",
    prepare: directories("d"),
    call: (f) => ["rmdir", `${f}/d`],
    expected: () => [],
  },
  {
    name: "a relative path of open",
    call: (f) => ["-C", f, "open", "new"],
    expected: (f) => [`+${f}/new`],
  },
  {
    name: "a relative path of unlink with dots",
    prepare: (f) => (directories("a/b")(f), touch("a/old")(f)),
    call: (f) => ["-C", `${f}/a/b`, "unlink", "./..//old"],
    expected: (f) => [`-${f}/a/old`],
  },
  {
    name: "open through a symbolic link to a directory",
    prepare: (f) => (directories("real")(f), Deno.symlinkSync("real", `${f}/link`)),
    call: (f) => ["open", `${f}/link/new`],
    expected: (f) => [`+${f}/real/new`],
  },
  {
    name: "unlink through a symbolic link to a directory",
    prepare: (f) => {
      directories("real")(f);
      touch("real/old")(f);
      Deno.symlinkSync("real", `${f}/link`);
    },
    call: (f) => ["unlink", `${f}/link/old`],
    expected: (f) => [`-${f}/real/old`],
  },
  {
    name: "mknod relative to a directory under a symbolic link",
    prepare: (f) => (directories("real/d")(f), Deno.symlinkSync("real", `${f}/link`)),
    call: (f) => ["-C", f, "mknod", "link/d/new"],
    expected: (f) => [`+${f}/real/d/new`],
  },
  {
    name: "unlink of a symbolic link itself",
    prepare: (f) => (touch("target")(f), Deno.symlinkSync("target", `${f}/link`)),
    call: (f) => ["unlink", `${f}/link`],
    expected: (f) => [`-${f}/link`],
  },
  {
    name: "open in a changed root",
    prepare: directories("jail/tmp"),
    call: (f) => ["-R", `${f}/jail`, "open", "/tmp/new"],
    expected: (f) => [`+${f}/jail/tmp/new`],
  },
  {
    name: "unlink in a changed root",
    prepare: (f) => (directories("jail/tmp")(f), touch("jail/tmp/old")(f)),
    call: (f) => ["-R", `${f}/jail`, "unlink", "/tmp/old"],
    expected: (f) => [`-${f}/jail/tmp/old`],
  },
  {
    name: "symlink in a changed root, upwards out of it",
    prepare: directories("jail/tmp"),
    call: (f) => ["-R", `${f}/jail`, "symlink", "/nowhere", "../../tmp/new"],
    expected: (f) => [`+${f}/jail/tmp/new`],
  },
  {
    name: "open below a mount point",
    prepare: mountAtM,
    call: (f) => ["open", `${f}/m/d/new`],
    expected: (f) => [`+${f}/m/d/new`],
    cleanUp: unmountM,
  },
  {
    name: "unlink below a mount point, relative",
    prepare: async (f) => (await mountAtM(f), touch("m/d/old")(f)),
    call: (f) => ["-C", `${f}/m`, "unlink", "d/old"],
    expected: (f) => [`-${f}/m/d/old`],
    cleanUp: unmountM,
  },
];

async function mountAtM(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/m`);
  await output("mount", "-t", "tmpfs", "-o", "size=64k", "none", `${folder}/m`);
  await Deno.mkdir(`${folder}/m/d`);
}

/** For the moment in which a sensor asks for a path there, the mount is busy (docs/limits.md). */
function unmountM(folder: string): Promise<boolean> {
  return until("the unmounting", async () => {
    const command = new Deno.Command("umount", { args: [`${folder}/m`], stderr: "null" });
    return (await command.output()).success;
  });
}

captureTest("each way to create or remove a file", async (t) => {
  using loads = new Loads();
  using folder = new Folder();
  const file = folder.at("events.json");
  await loads.program("file_calls");
  await using sensor = await Sensor.start(
    ["run", "-c", config("files.xml"), "--sink", `json:${file}`],
  );
  const made: { name: string; pid: number; expected: Expected }[] = [];
  for (const [index, { name, prepare, call, expected, cleanUp }] of CASES.entries()) {
    const own = folder.at(`case${index}`);
    await Deno.mkdir(own);
    try {
      await prepare?.(own);
      const { pid } = await loads.run("file_calls", ...call(own));
      made.push({ name, pid, expected: expected(own) });
    } finally {
      await cleanUp?.(own);
    }
  }
  await sensor.stop();

  const events = eventsOf(file);
  for (const { name, pid, expected } of made) {
    await t.step(name, () => {
      const own = events.filter((event) => event.ProcessId === pid);
      const found = own.flatMap((event) => {
        if (event.EventID === 11) return [`+${event.TargetFilename}`];
        return event.EventID === 23 ? [`-${event.TargetFilename}`] : [];
      });
      assert.deepEqual(found.sort(), [...expected].sort());
      assert(own.every((event) => event.User === "root"));
      assert.equal(new Set(own.map((event) => event.ProcessGuid)).size, 1);
    });
  }
});
