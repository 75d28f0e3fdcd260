/** Delivery end to end: the packed file, without its permissions, against a daemon that goes away. */
import assert from "node:assert/strict";
import { makeCertificates } from "./support/certificates.ts";
import { captureTest, config, Folder } from "./support/environment.ts";
import { Loads } from "./support/loads.ts";
import { freePort, isTcpPortOpen, Rsyslogd, wholeEventIn } from "./support/rsyslogd.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

const SERVER_NAME = "logs.example";

/** Record ids of the lines of a file, in its order. */
function idsIn(lines: readonly string[]): number[] {
  return lines.map((line) => JSON.parse(line.slice(line.indexOf("{"))).EventRecordID);
}

const linesOf = (path: string) => Deno.readTextFileSync(path).split("\n").slice(0, -1);

captureTest(
  "a sensor killed while its tls receiver is down loses nothing that it had spooled",
  async () => {
    using folder = new Folder();
    using loads = new Loads();
    await loads.program("exec_storm");
    const certificates = await makeCertificates(folder.path, SERVER_NAME);
    const { ca, server } = certificates;
    const port = freePort();
    await using daemon = new Rsyslogd(folder.path, {
      inputs: `global(defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="${ca}"
  defaultNetstreamDriverCertFile="${server.cert}" defaultNetstreamDriverKeyFile="${server.key}")
module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")
input(type="imtcp" address="127.0.0.1" port="${port}")`,
      isListening: () => isTcpPortOpen(port),
    });
    const file = folder.at("events.json");
    const run = [
      ...["run", "--stats", "--state", folder.at("state"), "--sink", `json:${file}`],
      ...["--sink", `json:syslog+tls://localhost:${port},ca=${ca},name=${SERVER_NAME}`],
    ];
    {
      await using sensor = await Sensor.start(run);
      await loads.run("exec_storm", 2_000);
      await until("the events in the file", () => linesOf(file).length > 2_000);
      await sensor.hasSaid("cannot write");
      const spool = [...Deno.readDirSync(folder.at("state/spool"))][0].name;
      const bytesOf = (path: string) =>
        [...Deno.readDirSync(path)].reduce(
          (sum, { name }) => sum + Deno.statSync(`${path}/${name}`).size,
          0,
        );
      const { size } = Deno.statSync(file);
      await until(
        "the events in the spool",
        () => bytesOf(folder.at(`state/spool/${spool}`)) >= size,
      );
      sensor.signal("SIGKILL");
      await sensor.end();
    }
    const before = idsIn(linesOf(file));
    await daemon.start();
    await using sensor = await Sensor.start(run);
    await loads.run("exec_storm", 100);
    await daemon.stop("SIGKILL");
    await loads.run("exec_storm", 100);
    await daemon.start();
    const missing = () => {
      const whole = daemon.lines().map(wholeEventIn).filter((text) => text !== undefined);
      const received = new Set(idsIn(whole));
      return idsIn(linesOf(file)).filter((id) => !received.has(id));
    };
    await until("everything in the daemon's log", () => missing().length === 0);
    const { summary } = await sensor.stop();
    const expected = idsIn(linesOf(file));
    const afterwards = expected.slice(before.length);
    assert.ok(afterwards.every((id) => id > before.at(-1)!), "record ids are not used again");
    assert.equal(new Set(expected).size, expected.length);
    const [, remote] = summary!.sinks;
    assert.equal(remote.dropped, 0);
  },
);

captureTest(
  "a spool that is full drops the oldest, counts them, and delivers the rest",
  async () => {
    using folder = new Folder();
    using loads = new Loads();
    await loads.program("exec_storm");
    const port = freePort();
    await using daemon = new Rsyslogd(folder.path, {
      inputs: `module(load="imtcp")\ninput(type="imtcp" address="127.0.0.1" port="${port}")`,
      isListening: () => isTcpPortOpen(port),
    });
    const file = folder.at("events.json");
    const spool = folder.at("state/spool");
    const limit = 2 ** 20;
    const run = [
      ...["run", "--stats", "--state", folder.at("state"), "--sink", `json:${file}`],
      ...["--sink", `json:syslog+tcp://127.0.0.1:${port},spool=1M`],
    ];
    const spoolBytes = () =>
      [...Deno.readDirSync(spool)].flatMap(({ name }) =>
        [...Deno.readDirSync(`${spool}/${name}`)]
          .map((one) => Deno.statSync(`${spool}/${name}/${one.name}`).size)
      )
        .reduce((sum, size) => sum + size, 0);
    await using first = await Sensor.start(run);
    await loads.run("exec_storm", 3_000);
    const { summary } = await first.stop();
    const [local, remote] = summary!.sinks;
    assert.ok(remote.drops.spoolFull > 0);
    assert.equal(remote.dropped, remote.drops.spoolFull, "under that limit's name, and no other");
    assert.deepEqual([remote.written, remote.spooled + remote.dropped], [0, local.written]);
    assert.ok(spoolBytes() <= limit, `${spoolBytes()} bytes`);
    const sent = idsIn(linesOf(file));
    const told = linesOf(file).filter((line) => line.includes('"ID":"SinkDropped"'));
    assert.ok(told.length > 0, "an event 255 tells");

    await daemon.start();
    // The spool is full: what others do on this host meanwhile would push more out.
    await using second = await Sensor.start([...run, "-c", config("dns.xml")]);
    await until(
      "the last of the first run",
      () => daemon.lines().join().includes(`":${sent.at(-1)},`),
    );
    await second.stop();
    const arrived = idsIn(daemon.lines()).filter((id) => id <= sent.at(-1)!);
    assert.deepEqual(arrived, sent.slice(-remote.spooled), "the newest, all of them, in order");
  },
);
