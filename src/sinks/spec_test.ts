import assert from "node:assert/strict";
import type { FilePlace } from "./file_kind.ts";
import { parseSink, sinkFromParts, SinkSyntaxError } from "./spec.ts";

const partsOf = (text: string) => {
  const { format, place } = parseSink(text);
  return { format, place };
};

Deno.test("targets", () => {
  assert.deepEqual(partsOf("json:-"), { format: "json", place: { kind: "stdout" } });
  assert.deepEqual(partsOf("pretty:-"), { format: "pretty", place: { kind: "stdout" } });
  assert.deepEqual(partsOf("xml:syslog"), { format: "xml", place: { kind: "syslog" } });
  assert.deepEqual(partsOf("xml:syslog:/run/x/log,ident=monomi"), {
    format: "xml",
    place: { kind: "syslog", socket: "/run/x/log", identity: "monomi" },
  });
  assert.deepEqual(partsOf("json:./syslog"), {
    format: "json",
    place: { kind: "file", path: "./syslog" },
  });
  assert.deepEqual(partsOf("json:C:\\logs\\e.json"), {
    format: "json",
    place: { kind: "file", path: "C:\\logs\\e.json" },
  });
});

Deno.test("rotation", () => {
  assert.deepEqual(partsOf("xml:/var/log/monomi/events.xml,size=100M,count=7"), {
    format: "xml",
    place: {
      kind: "file",
      path: "/var/log/monomi/events.xml",
      rotation: { size: 104_857_600, count: 7 },
    },
  });
  const rotation = (text: string) => {
    return (parseSink(text).place as FilePlace).rotation;
  };
  assert.deepEqual(rotation("json:x,size=5000"), { size: 5000, count: 5 });
  assert.deepEqual(rotation("json:x,count=0,size=2G"), { size: 2 ** 31, count: 0 });
  assert.deepEqual(rotation("json:x,age=7d,compress=gzip"), {
    size: Infinity,
    count: 5,
    age: 604_800_000,
    gzip: true,
  });
  assert.deepEqual(rotation("json:x,size=1M,total=1G"), {
    size: 2 ** 20,
    count: 1000,
    total: 2 ** 30,
  });
  assert.equal(rotation("json:x"), undefined);
});

Deno.test("a comma in a path is written twice", () => {
  assert.deepEqual(partsOf("json:a,,b,,,size=4K"), {
    format: "json",
    place: { kind: "file", path: "a,b,", rotation: { size: 4096, count: 5 } },
  });
});

for (
  const [text, words] of Object.entries({
    "": "write FORMAT:TARGET",
    "json": "write FORMAT:TARGET",
    "/var/log/x": "write FORMAT:TARGET",
    "yaml:-": '"yaml" is not a format; use json, xml, pretty, ecs, ocsf',
    "JSON:-": '"JSON" is not a format',
    ":-": '"" is not a format',
    "json:": "the target is missing",
    "json:,size=1M": "the target is missing",
    "json:a\nb": "control characters are not allowed",
    "json:ftp://x": "there is no such kind of target",
    "json:-,size=1M": '"size" is not an option here; this target has no options',
    "json:x,sice=1M": '"sice" is not an option here; use size or age or count or total or compress',
    "json:x,size": '"size" is not KEY=VALUE',
    "json:x,=5": '"=5" is not KEY=VALUE',
    "json:x,size=1M,size=2M": '"size" is given twice',
    "json:x,count=5": "need size or age",
    "json:x,size=1M,total=1M": "at least twice",
    "json:x,age=1M": "takes a time such as",
    "json:x,size=1M,compress=zip": "compress takes gzip or none",
    "json:x,size=4": "from 4K on",
    "json:x,size=-1M": "from 4K on",
    "json:x,size=1.5M": "from 4K on",
    "json:x,size=1T": "from 4K on",
    "json:x,size=1M,count=-1": "from 0 to 1000",
    "json:x,size=1M,count=1001": "from 0 to 1000",
    "xml:syslog,ident=a b": "ident takes",
    "xml:syslog,ident=": "ident has no value",
    "json:x\0,size=1M": "control characters",
    "json:HTTPS://h/in": "there is no such kind of target; use -, a path",
    "json:s3://b/k": "there is no such kind of target",
    "json:https:/h/in": "there is no such kind of target",
    "json:syslog://h:514": "a server is written syslog+udp://HOST",
    "json:journald:run/x": "begins with one /",
    "json:https://h/in,token=hidden,gzip=no": 'h/in,token=…,gzip=no": "token" is not an option',
    "json:https://h/in,token:hidden": '"token:…" is not KEY=VALUE',
    "json:https://me:hidden@h/in": '"json:https://…@h/in": secrets are not allowed',
    "json:https://h/in,ca=": "ca has no value",
    "json:https://h/in,proxy=http://me:hidden@p": "secrets are not allowed in a URL",
    "xml:syslog,ident=a[1]:": "ident takes",
    "xml:syslog,size=1M": '"size" is not an option here; use ident',
    ["xml:syslog:/" + "x".repeat(107)]: "at most 107 bytes",
  })
) {
  Deno.test(`refused: ${JSON.stringify(text).slice(0, 40)}`, () => {
    assert.throws(
      () => parseSink(text),
      (error) => {
        assert.ok(error instanceof SinkSyntaxError);
        assert.ok(error.message.includes(words), error.message);
        // deno-lint-ignore no-control-regex
        assert.doesNotMatch(error.message, /[\0-\x1f]/);
        return true;
      },
    );
  });
}

Deno.test("a sink from its parts is the same as from its text", () => {
  assert.deepEqual(sinkFromParts("json", "-"), parseSink("json:-"));
  const text = "xml:/var/log/a,,b,size=100M,count=5";
  assert.deepEqual(
    sinkFromParts("xml", "/var/log/a,b", { size: "100M", count: 5 }),
    parseSink(text),
  );
  assert.throws(
    () => sinkFromParts("xml", "/var/log/x", { sice: true }),
    /"xml:\/var\/log\/x,sice=true": "sice" is not an option here/,
  );
  assert.throws(() => sinkFromParts("yaml", "-"), /"yaml" is not a format/);
});

Deno.test("a long text is refused as soon as a short one", () => {
  const start = performance.now();
  for (const part of ["token-", "a", "://", "token="]) {
    assert.throws(
      () => parseSink(`jsn:${part.repeat(2 ** 18)}`),
      ({ message }: Error) => message.includes("is not a format") && message.length < 1_000,
    );
  }
  assert.ok(performance.now() - start < 5_000);
});
