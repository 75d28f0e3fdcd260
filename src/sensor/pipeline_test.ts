import assert from "node:assert/strict";
import type { Event, Image } from "../events/event.ts";
import { filtering, loadText, makeEvent } from "../rules/testing.ts";
import type { SinkSet } from "../sinks/mod.ts";
import { NoProgram } from "../hashing/mod.ts";
import { Pipeline } from "./pipeline.ts";
import { compilePolicy, type ImageHasher, type Policy } from "./policy.ts";

const SOURCE = { name: "test.xml", hash: "-" };
const IMAGE: Image = {
  pid: 1,
  path: "/bin/true",
  device: 0,
  inodeLow: 0,
  inodeHigh: 0,
  sizeLow: 0,
  sizeHigh: 0,
  mtimeLow: 0,
  mtimeHigh: 0,
  ctimeLow: 0,
  ctimeHigh: 0,
};
const EVERYTHING = filtering(
  '<ProcessCreate onmatch="exclude"/><FileCreate onmatch="exclude"/>' +
    '<FileDelete onmatch="exclude"/><FileDeleteDetected onmatch="exclude"/>',
);

/** A written event: its id, its number and some fields. */
type Written = readonly [id: number, recordId: number, fields: Readonly<Record<string, unknown>>];

/** A pipeline whose hashes the test gives by hand, and what came out. */
function setUp(config: ReturnType<typeof filtering>, hasHasher = true) {
  const asked: { path: string; give: (hashes: string | NoProgram) => void; fail: () => void }[] =
    [];
  const known = new Map<string, string>();
  const hasher: ImageHasher = {
    hashBytes: (bytes) => `BYTES=${bytes.length}`,
    hash: ({ path }) => {
      const hashes = known.get(String(path));
      if (hashes !== undefined) return hashes;
      const { promise, resolve, reject } = Promise.withResolvers<string | NoProgram>();
      asked.push({
        path: String(path),
        give: resolve,
        fail: () => reject(new Error("no hashes")),
      });
      return promise;
    },
  };
  const written: Written[] = [];
  const sinks: SinkSet = {
    broken: new Promise(() => {}),
    write: (events, count) => {
      for (const { definition, recordId, values } of events.slice(0, count)) {
        const fields = definition.fields.map(({ name }, i) => [name, values[i]]);
        written.push([definition.id, recordId, Object.fromEntries(fields)]);
      }
    },
    ready: () => undefined,
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
    counters: () => [],
  };
  const policy = (of = config): Policy => compilePolicy(of, SOURCE, hasHasher ? hasher : undefined);
  const pipeline = new Pipeline(policy(), sinks);
  return { pipeline, policy, asked, known, written };
}

function started(image: string): Event {
  const event = makeEvent(1, { Image: image, CommandLine: image });
  return { ...event, image: { ...IMAGE, path: image } };
}

const file = (name: string) => makeEvent(11, { TargetFilename: name });

/** Ids and names, in the order written. */
const namesOf = (written: readonly Written[]) =>
  written.map(([, , fields]) => fields.Image !== "-" ? fields.Image : fields.TargetFilename);

Deno.test("order is kept while hashes are pending, and only as long", async () => {
  const { pipeline, asked, known, written } = setUp(EVERYTHING);
  known.set("/known", "SHA1=K");
  pipeline.push([file("first"), started("/a"), file("second"), started("/b")]);
  pipeline.push([file("third"), started("/known")]);
  assert.deepEqual(namesOf(written), ["first"]);
  assert.equal(pipeline.waiting, 5);
  let settled = false;
  const settling = pipeline.settled().then(() => settled = true);

  asked[1].give("SHA1=B");
  await Promise.resolve();
  await Promise.resolve();
  assert.deepEqual(namesOf(written), ["first"], "the first in line is still waiting");
  assert.equal(settled, false);
  asked[0].give("SHA1=A");
  await settling;
  assert.deepEqual(namesOf(written), ["first", "/a", "second", "/b", "third", "/known"]);
  assert.equal(pipeline.waiting, 0);
  const hashes = written.filter(([id]) => id === 1).map(([, , { Hashes }]) => Hashes);
  assert.deepEqual(hashes, ["SHA1=A", "SHA1=B", "SHA1=K"]);
  assert.deepEqual(written.map(([, recordId]) => recordId), [1, 2, 3, 4, 5, 6]);
});

Deno.test("an image that cannot be hashed is written all the same", async () => {
  const { pipeline, asked, written } = setUp(EVERYTHING);
  pipeline.push([started("/a"), file("x")]);
  asked[0].fail();
  await pipeline.settled();
  assert.deepEqual(written.map(([, , { Hashes }]) => Hashes), ["-", undefined]);
});

Deno.test("without rules on Hashes only what is logged is hashed", () => {
  const { pipeline, asked, written } = setUp(
    filtering('<ProcessCreate onmatch="exclude"><Image>/noise</Image></ProcessCreate>'),
  );
  pipeline.push([started("/noise"), started("/a")]);
  assert.deepEqual(asked.map(({ path }) => path), ["/a"]);
  assert.equal(written.length, 0);
});

Deno.test("rules that read Hashes decide once they are there", async () => {
  const { pipeline, asked, written } = setUp(
    filtering(
      '<ProcessCreate onmatch="include">' +
        '<Hashes name="bad" condition="contains">SHA1=BAD</Hashes></ProcessCreate>' +
        '<FileCreate onmatch="exclude"/>',
    ),
  );
  pipeline.push([started("/good"), started("/bad"), file("behind")]);
  assert.equal(asked.length, 2, "both are hashed");
  asked[0].give("SHA1=GOOD");
  asked[1].give("SHA1=BAD");
  await pipeline.settled();
  assert.deepEqual(namesOf(written), ["/bad", "behind"]);
  assert.equal(written[0][2].RuleName, "bad");
  assert.deepEqual(
    written.map(([, recordId]) => recordId),
    [1, 2],
    "no number for what is dropped",
  );
  assert.deepEqual(pipeline.counters()[1], { seen: 2, filtered: 1, written: 1 });
});

Deno.test("a replay, which hashes nothing, holds nothing back", async () => {
  const { pipeline, written } = setUp(EVERYTHING, false);
  pipeline.push([started("/a"), file("x")]);
  await pipeline.settled();
  assert.equal(written.length, 2);
  assert.equal(written[0][2].Hashes, "-");
});

const PROGRAMS = filtering(
  '<FileExecutableDetected onmatch="exclude"/><FileCreateStreamHash onmatch="exclude"/>',
);

function written29(path: string): Event {
  const event = makeEvent(29, { TargetFilename: path });
  return { ...event, image: { ...IMAGE, path, mustBeProgram: true } };
}

Deno.test("what may be a program is one, is none, or is counted as lost", async () => {
  const { pipeline, asked, written } = setUp(PROGRAMS);
  pipeline.push(["/text", "/program", "/gone", "/late"].map(written29));
  asked[1].give("SHA1=P");
  asked[0].give(new NoProgram("not_program"));
  asked[2].give(new NoProgram("gone"));
  asked[3].give(new NoProgram("busy"));
  await pipeline.settled();
  assert.deepEqual(namesOf(written), ["/program"]);
  assert.equal(written[0][2].Hashes, "SHA1=P");
  assert.deepEqual(pipeline.counters()[29], { seen: 1, filtered: 0, written: 1 });
  assert.deepEqual(pipeline.candidates(), {
    captured: 4,
    programs: 1,
    notPrograms: 1,
    lost: { gone: 1, busy: 1 },
  });
});

Deno.test("who signed a module comes with its hashes, before rules that ask for it", async () => {
  const { pipeline, asked, written } = setUp(filtering(
    '<DriverLoad onmatch="include"><Signature condition="is">Somebody</Signature></DriverLoad>',
  ));
  const module = (path: string) => ({
    ...makeEvent(6, { ImageLoaded: path }),
    image: { ...IMAGE, path, isModule: true },
  });
  pipeline.push(["/signed.ko", "/other.ko", "/unsigned.ko"].map(module));
  asked[0].give("SHA256=A\nSomebody");
  asked[1].give("SHA256=B\nSomebody else");
  asked[2].give("SHA256=C");
  await pipeline.settled();
  const fields = written.map(([, , { ImageLoaded, Hashes, Signature }]) => [
    ImageLoaded,
    Hashes,
    Signature,
  ]);
  assert.deepEqual(fields, [["/signed.ko", "SHA256=A", "Somebody"]]);
});

Deno.test("where nothing can be looked into, nothing is said to be a program", () => {
  const { pipeline, written } = setUp(PROGRAMS, false);
  pipeline.push([written29("/unknown")]);
  assert.deepEqual(written, []);
  assert.deepEqual(pipeline.candidates()?.lost, { unsupported: 1 });
});

Deno.test("bytes that came with an event are hashed", () => {
  const { pipeline, written } = setUp(PROGRAMS);
  const event = makeEvent(15, { TargetFilename: "/a:user.x" });
  pipeline.push([{ ...event, content: new Uint8Array(3) }]);
  assert.equal(written[0][2].Hash, "BYTES=3");
});

Deno.test("rules see whole fields, sinks what FieldSizes leaves of them", () => {
  const { pipeline, written } = setUp(
    loadText(
      `<Sysmon schemaversion="4.90">
        <FieldSizes>CommandLine:10,Image:5</FieldSizes>
        <EventFiltering>
          <ProcessCreate onmatch="include">
            <CommandLine condition="end with">needle</CommandLine>
          </ProcessCreate>
        </EventFiltering>
      </Sysmon>`,
    ),
    false,
  );
  const long = `/bin/${"x".repeat(50)} needle`;
  pipeline.push([started(long), started("/bin/other")]);
  assert.equal(written.length, 1);
  const { CommandLine, Image } = written[0][2];
  assert.deepEqual([CommandLine, Image], ["/bin/xx...", "/b..."]);
});

Deno.test("a deletion that FileDelete drops is offered to FileDeleteDetected", () => {
  const { pipeline, written } = setUp(
    filtering(
      '<FileDelete onmatch="include">' +
        '<TargetFilename name="kept" condition="begin with">/keep/</TargetFilename></FileDelete>' +
        '<FileDeleteDetected onmatch="exclude">' +
        '<TargetFilename condition="begin with">/tmp/</TargetFilename></FileDeleteDetected>',
    ),
  );
  const deleted = (name: string) => makeEvent(23, { TargetFilename: name });
  pipeline.push([deleted("/keep/a"), deleted("/srv/b"), deleted("/tmp/c")]);
  assert.deepEqual(
    written.map((
      [id, recordId, { TargetFilename, RuleName }],
    ) => [id, recordId, TargetFilename, RuleName]),
    [[23, 1, "/keep/a", "kept"], [26, 2, "/srv/b", "-"]],
  );
  assert.deepEqual(pipeline.counters(), {
    23: { seen: 2, filtered: 1, written: 1 },
    26: { seen: 1, filtered: 0, written: 1 },
  });
});

Deno.test("the sensor's own events pass no rule and keep their place behind what waits", async () => {
  const { pipeline, asked, written } = setUp(EVERYTHING);
  pipeline.push([started("/a")]);
  pipeline.announce(makeEvent(4, { State: "Stopped" }));
  assert.equal(written.length, 0);
  asked[0].give("SHA1=A");
  await pipeline.settled();
  assert.deepEqual(written.map(([id, recordId]) => [id, recordId]), [[1, 1], [4, 2]]);
});

Deno.test("a new policy holds from the next batch on, not for what was judged before", async () => {
  const { pipeline, policy, asked, written } = setUp(EVERYTHING);
  pipeline.push([started("/a"), file("before")]);
  pipeline.policy = policy(
    filtering('<FileCreate onmatch="include"/><ProcessCreate onmatch="include"/>'),
  );
  pipeline.push([file("after"), started("/b")]);
  asked[0].give("SHA1=A");
  await pipeline.settled();
  assert.deepEqual(namesOf(written), ["/a", "before"]);
  assert.equal(asked.length, 1);
});

Deno.test("what was denied is told, whatever the rules are by now", () => {
  const rules = filtering(
    '<FileBlockExecutable onmatch="include">' +
      '<TargetFilename name="no programs" condition="begin with">/opt/</TargetFilename>' +
      "</FileBlockExecutable>",
  );
  const { pipeline, written } = setUp(rules);
  pipeline.push([
    makeEvent(27, { TargetFilename: "/opt/a" }),
    makeEvent(27, { TargetFilename: "/srv/a" }),
    makeEvent(28, { TargetFilename: "/opt/a" }),
  ]);
  assert.deepEqual(written.map(([id, , { RuleName }]) => [id, RuleName]), [
    [27, "no programs"],
    [27, "-"],
    [28, "-"],
  ]);
});
