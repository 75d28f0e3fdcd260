/** DNS queries over UDP and TCP, with the right process, outcome and results. */
import assert from "node:assert/strict";
import { captureTest, config, Folder } from "./support/environment.ts";
import { EventFollower, eventsOf } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { nameData, NameServer, textData, type Zone } from "./support/name_server.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

const [A, CNAME, TXT, AAAA] = [1, 5, 16, 28];
const NXDOMAIN = 3;

const ZONE: Zone = (name, type) => {
  const good = (...records: (readonly [number, number[]])[]) => ({ code: 0, records });
  switch (`${name} ${type}`) {
    case `a.monomi.test ${A}`:
      return good([A, [192, 0, 2, 7]], [A, [192, 0, 2, 8]]);
    case `six.monomi.test ${AAAA}`:
      return good([AAAA, [0x20, 1, 0x0d, 0xb8, ...new Array(11).fill(0), 9]]);
    case `alias.monomi.test ${A}`:
      return good([CNAME, nameData("a.monomi.test")], [A, [192, 0, 2, 7]]);
    case `alias.monomi.test ${CNAME}`:
      return good([CNAME, nameData("a.monomi.test")]);
    case `text.monomi.test ${TXT}`:
      return good([TXT, textData("v=spf1 <all>")]);
    case `empty.monomi.test ${A}`:
      return good();
    case `large.monomi.test ${TXT}`:
      return good(...Array.from({ length: 8 }, () => [TXT, textData("x".repeat(200))] as const));
    case `silent.monomi.test ${A}`:
      return undefined;
  }
  return { code: NXDOMAIN, records: [] };
};

/** Name, type and words of a query; status and results that come out. */
const QUERIES: readonly (readonly [string, number, string, status: string, results: string])[] = [
  ["a", A, "", "0", "::ffff:192.0.2.7;::ffff:192.0.2.8;"],
  ["a", A, "write", "0", "::ffff:192.0.2.7;::ffff:192.0.2.8;"],
  ["a", A, "sendmsg", "0", "::ffff:192.0.2.7;::ffff:192.0.2.8;"],
  ["a", A, "v6", "0", "::ffff:192.0.2.7;::ffff:192.0.2.8;"],
  ["a", A, "tcp", "0", "::ffff:192.0.2.7;::ffff:192.0.2.8;"],
  ["a", A, "tcp v6", "0", "::ffff:192.0.2.7;::ffff:192.0.2.8;"],
  ["a", A, "pieces", "0", "::ffff:192.0.2.7;::ffff:192.0.2.8;"],
  ["six", AAAA, "", "0", "2001:db8::9;"],
  ["six", AAAA, "tcp", "0", "2001:db8::9;"],
  ["six", AAAA, "v6", "0", "2001:db8::9;"],
  ["alias", A, "", "0", "type:  5 a.monomi.test;::ffff:192.0.2.7;"],
  ["alias", A, "tcp", "0", "type:  5 a.monomi.test;::ffff:192.0.2.7;"],
  ["alias", CNAME, "", "0", "type:  5 a.monomi.test;"],
  ["alias", CNAME, "tcp", "0", "type:  5 a.monomi.test;"],
  ["text", TXT, "", "0", "type:  16 v=spf1 <all>;"],
  ["text", TXT, "tcp", "0", "type:  16 v=spf1 <all>;"],
  ["large", TXT, "tcp", "0", `type:  16 ${"x".repeat(200)};`.repeat(8)],
  ["empty", A, "", "9501", "-"],
  ["empty", A, "tcp", "9501", "-"],
  ["nothing", A, "", "9003", "-"],
  ["nothing", AAAA, "", "9003", "-"],
  ["nothing", A, "tcp", "9003", "-"],
  ["nothing", AAAA, "tcp", "9003", "-"],
];

captureTest("a resolver of a program that does more than one query at a time", async () => {
  using folder = new Folder();
  using _server = new NameServer("127.0.0.1", ZONE);
  const file = folder.at("events.json");
  await using sensor = await Sensor.start(
    ["run", "-c", config("dns.xml"), "--sink", `json:${file}`],
  );
  const nameServer = { ipAddr: "127.0.0.1", port: 53 };
  const resolved = await Promise.all([
    Deno.resolveDns("a.monomi.test.", "A", { nameServer }),
    Deno.resolveDns("six.monomi.test.", "AAAA", { nameServer }),
    Deno.resolveDns("text.monomi.test.", "TXT", { nameServer }),
  ]);
  assert.deepEqual(resolved, [["192.0.2.7", "192.0.2.8"], ["2001:db8::9"], [["v=spf1 <all>"]]]);
  await sensor.stop();
  const own = eventsOf(file, (event) => event.EventID === 22 && event.ProcessId === Deno.pid);
  assert.deepEqual(
    own.map(({ QueryName, QueryStatus, QueryResults }) =>
      [QueryName, QueryStatus, QueryResults].join(" ")
    ).sort(),
    [
      "a.monomi.test 0 ::ffff:192.0.2.7;::ffff:192.0.2.8;",
      "six.monomi.test 0 2001:db8::9;",
      "text.monomi.test 0 type:  16 v=spf1 <all>;",
    ],
  );
});

captureTest("queries over UDP and TCP", async (t) => {
  using loads = new Loads();
  using folder = new Folder();
  using _server4 = new NameServer("127.0.0.1", ZONE);
  using _server6 = new NameServer("::1", ZONE);
  const file = folder.at("events.json");
  const image = await loads.program("dns_query");
  await using sensor = await Sensor.start(
    ["run", "-c", config("dns.xml"), "--sink", `json:${file}`],
  );
  const silent = await loads.run("dns_query", "silent.monomi.test", A, "silent");
  const pids: number[] = [];
  for (const [name, type, words] of QUERIES) {
    const chosen = words.split(" ").filter((word) => word !== "");
    pids.push((await loads.run("dns_query", `${name}.monomi.test`, type, ...chosen)).pid);
  }
  const follower = new EventFollower(file);
  await until(
    "the event of a query without an answer",
    () => follower.find((event) => event.EventID === 22 && event.ProcessId === silent.pid),
  );
  await sensor.stop();

  const events = eventsOf(file, ({ EventID }) => EventID === 22);
  for (const [index, [name, type, words, status, results]] of QUERIES.entries()) {
    await t.step(`${name} ${type} ${words}`, () => {
      const own = events.filter((event) => event.ProcessId === pids[index]);
      const found = own.map((event) => [
        event.QueryName,
        event.QueryStatus,
        event.QueryResults,
        event.Image,
        event.User,
      ]);
      assert.deepEqual(found, [[`${name}.monomi.test`, status, results, image, "root"]]);
    });
  }
  await t.step("without an answer", () => {
    const [event, ...others] = events.filter(({ ProcessId }) => ProcessId === silent.pid);
    assert.deepEqual(others, []);
    assert.deepEqual([event.QueryStatus, event.QueryResults], ["1460", "-"]);
  });
});
