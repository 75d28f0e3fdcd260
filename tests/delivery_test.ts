/** Delivery end to end: the packed file, without its permissions, against a daemon that goes away. */
import assert from "node:assert/strict";
import { makeCertificates } from "./support/certificates.ts";
import { captureTest, Folder } from "./support/environment.ts";
import { Loads } from "./support/loads.ts";
import { freePort, isTcpPortOpen, Rsyslogd } from "./support/rsyslogd.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

const SERVER_NAME = "logs.example";

/** Record ids of the lines of a file, in its order. */
function idsIn(lines: readonly string[]): number[] {
  return lines.map((line) => JSON.parse(line.slice(line.indexOf("{"))).EventRecordID);
}

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
    const linesOf = (path: string) => Deno.readTextFileSync(path).split("\n").slice(0, -1);
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
      const received = new Set(idsIn(daemon.lines()));
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
