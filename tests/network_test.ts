/** Every way to make and take connections, with the right process, ends and direction. */
import assert from "node:assert/strict";
import { captureTest, config, Folder } from "./support/environment.ts";
import { eventsOf, type JsonEvent } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";

const COUNT = 50;
const LOOPBACK4 = "127.0.0.1";
const LOOPBACK6 = "0:0:0:0:0:0:0:1";

/** What the receiving process's event can tell about the sender. */
type Sender = "known" | "not asked for" | "no event";

const UDP_VARIANTS: readonly (readonly [words: string, sender: Sender])[] = [
  ["named", "known"],
  ["connected named", "known"],
  ["connected write paired read", "known"],
  ["paired recvmsg", "known"],
  ["sendmsg recvmsg named", "known"],
  ["sendmmsg recvmmsg named", "known"],
  ["v6 named", "known"],
  ["v6 connected paired read", "known"],
  ["v6 sendmsg recvmsg named", "known"],
  ["v6 sendmmsg recvmmsg named", "known"],
  ["", "not asked for"],
  ["recvmsg", "not asked for"],
  ["v6 recvmmsg", "not asked for"],
  ["read", "no event"],
];

function describe(event: JsonEvent): string {
  return [
    event.Protocol,
    event.Initiated ? "from" : "to",
    event.SourceIp,
    event.SourcePort,
    event.DestinationIp,
    event.DestinationPort,
  ].join(" ");
}

/** Both ends of a connection: the caller's and the taker's have the same source (T27). */
function bothEnds(protocol: string, address: string, ports: string): string[] {
  const [source, destination] = ports.split(" ");
  const rest = `${address} ${source} ${address} ${destination}`;
  return [`${protocol} from ${rest}`, `${protocol} to ${rest}`];
}

/** One receive event per flow, or one in all where nobody can tell the flows apart. */
function udpEvents(flows: readonly string[], address: string, sender: Sender): string[] {
  const both = flows.map((ports) => bothEnds("udp", address, ports));
  if (sender === "known") return both.flat();
  const sent = both.map(([from]) => from);
  if (sender === "no event") return sent;
  const nobody = address === LOOPBACK6 ? "0:0:0:0:0:0:0:0" : "0.0.0.0";
  return [...sent, `udp to ${nobody} 0 ${address} ${flows[0].split(" ")[1]}`];
}

captureTest("each way to make a connection and to send a datagram", async (t) => {
  using loads = new Loads();
  using folder = new Folder();
  const file = folder.at("events.json");
  const image = {
    connect_storm: await loads.program("connect_storm"),
    udp_flows: await loads.program("udp_flows"),
  };
  await using sensor = await Sensor.start(
    ["run", "-c", config("network.xml"), "--sink", `json:${file}`],
  );
  const made: { name: string; image: string; pid: number; expected: string[] }[] = [];
  for (
    const words of ["", "address", "accept4", "nonblocking", "v6", "v6 address", "v6 nonblocking"]
  ) {
    const chosen = words.split(" ").filter((word) => word !== "");
    const { pid, lines } = await loads.run("connect_storm", COUNT, "ports", ...chosen);
    const address = chosen.includes("v6") ? LOOPBACK6 : LOOPBACK4;
    const expected = lines.flatMap((ports) => bothEnds("tcp", address, ports));
    made.push({ name: `TCP ${words}`, image: image.connect_storm, pid, expected });
  }
  for (const [words, sender] of UDP_VARIANTS) {
    const chosen = words.split(" ").filter((word) => word !== "");
    const { pid, lines } = await loads.run("udp_flows", 5, 4, ...chosen);
    const address = chosen.includes("v6") ? LOOPBACK6 : LOOPBACK4;
    const expected = udpEvents(lines, address, sender);
    made.push({ name: `UDP ${words}`, image: image.udp_flows, pid, expected });
  }
  await sensor.stop();

  const events = eventsOf(file, (event) => event.EventID === 3);
  for (const { name, image, pid, expected } of made) {
    await t.step(name, () => {
      const own = events.filter((event) => event.ProcessId === pid);
      assert.deepEqual(own.map(describe).sort(), expected.sort());
      const isIpv6 = name.includes("v6");
      for (const event of own) {
        assert.equal(event.Image, image);
        assert.equal(event.User, "root");
        assert.equal(event.SourceIsIpv6, isIpv6);
        assert.equal(event.DestinationIsIpv6, isIpv6);
      }
    });
  }
});
