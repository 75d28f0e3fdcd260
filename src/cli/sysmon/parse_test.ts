import assert from "node:assert/strict";
import { parseSwitches } from "./parse.ts";

type Expected = Record<string, string | undefined> | null;

const LINUX = { pathsBeginWithSlash: true };
const WINDOWS = { pathsBeginWithSlash: false };

/** What the command line gives; null for one that is refused. */
const CASES: readonly (readonly [rule: string, line: string, expected: Expected])[] = [
  ["L1", "config.xml", null],
  ["L1", "-i config.xml extra", null],
  ["L1", "-", {}],
  ["L1", "- -i", { Install: undefined }],
  ["L2", "-I", { Install: undefined }],
  ["L2", "-ACCEPTEULA -i a.xml", { AcceptEula: undefined, Install: "a.xml" }],
  ["L2", "-service", { Service: undefined }],
  ["L2", "-s", { PrintSchema: undefined }],
  ["L2", "-btf /b", { BTF: "/b" }],
  ["L2", "-xyz", null],
  ["L2", "-q", null],
  ["L2", "-inologo", null],
  ["L3", "-nr", { NetworkConnect: undefined, CheckRevocation: undefined }],
  ["L3", "-it", { Install: undefined, DebugMode: undefined }],
  ["L3", "-cn", { Configuration: undefined, NetworkConnect: undefined }],
  ["L3", "-cn a.exe", { Configuration: undefined, NetworkConnect: "a.exe" }],
  ["L3", "-rn", null],
  ["L3", "-ti", null],
  ["L3", "-nologox", { NoLogo: undefined }],
  ["L4", "-d -n", { DriverName: "-n" }],
  ["L4", "-d", null],
  ["L4", "-hn", null],
  ["L4", "-h md5,sha1", { HashAlgorithms: "md5,sha1" }],
  ["L4", "-i -n", { Install: undefined, NetworkConnect: undefined }],
  ["L4", "-c new.xml", { Configuration: "new.xml" }],
  ["L4", "-u force", { UnInstall: "force" }],
  ["L4", "-s all", { PrintSchema: "all" }],
  ["L4", "-it a.xml", { Install: undefined, DebugMode: "a.xml" }],
  ["L5", "-n a -n b", null],
  ["L5", "-h md5 -h md5", null],
  ["L5", "-n a -n", { NetworkConnect: "a" }],
  ["L5", "-n -n a", { NetworkConnect: "a" }],
  ["L5", "-i -c", null],
  ["L5", "-i -i", null],
  ["L5", "-iu", null],
  ["L5", "-c -s", null],
  ["L5", "-u -m", null],
  ["L5", "-z a -c", null],
  ["L6", "-dns", null],
  ["L6", "-dns true", null],
  ["L7", "--", { ConfigDefault: undefined }],
  ["L7", "-c --", { Configuration: undefined, ConfigDefault: undefined }],
  ["L7", "-i --", { Install: undefined, ConfigDefault: undefined }],
  ["L7", "--anything", null],
  ["L7", "--help", null],
  ["L7", "--n", { ConfigDefault: undefined, NetworkConnect: undefined }],
  ["/", "/i a.xml /n", { Install: "a.xml", NetworkConnect: undefined }],
  ["/", "/AcceptEula /I", { AcceptEula: undefined, Install: undefined }],
  ["/", "/", {}],
  ["/", "/etc/config.xml", null],
];

for (const [rule, line, expected] of CASES) {
  Deno.test(`${rule}: ${line}`, () => {
    for (const options of [LINUX, WINDOWS]) {
      if (line.includes("/b") && !options.pathsBeginWithSlash) continue;
      const { given, failure } = {
        given: undefined,
        ...parseSwitches(line.split(" "), options),
      };
      if (expected === null) assert.ok(failure, `${JSON.stringify([...given ?? []])}`);
      else assert.deepEqual(Object.fromEntries(given ?? []), expected, failure);
    }
  });
}

Deno.test("a path behind a switch is its value where paths begin with a slash", () => {
  const args = ["-i", "/n"];
  const linux = parseSwitches(args, LINUX);
  const windows = parseSwitches(args, WINDOWS);
  assert.deepEqual([...linux.failure === undefined ? linux.given : []], [["Install", "/n"]]);
  assert.deepEqual([...windows.failure === undefined ? windows.given : []], [
    ["Install", undefined],
    ["NetworkConnect", undefined],
  ]);
});

Deno.test("an empty argument and none at all", () => {
  assert.ok(parseSwitches([""], LINUX).failure);
  const { given } = { given: undefined, ...parseSwitches([], LINUX) };
  assert.equal(given?.size, 0);
});
