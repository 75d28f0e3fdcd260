/** What the kernel denies is what the rules would log: compared on random rules and events. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Config, loadConfig } from "../config/mod.ts";
import { interpret } from "../rules/interpret.ts";
import { makeEvent } from "../rules/testing.ts";
import { Random } from "../testing/random.ts";
import { compileBlocking } from "./mod.ts";

const CONFIGURATIONS = 3_000;
const EVENTS_PER_CONFIGURATION = 10;

const TAGS: Readonly<Record<number, string>> = {
  27: "FileBlockExecutable",
  28: "FileBlockShredding",
};
const FIELDS = ["TargetFilename", "Image", "User", "ProcessId", "IsExecutable", "RuleName"];
const OPERATORS = [
  ...["is", "is not", "contains", "contains any", "is any", "contains all", "excludes"],
  ...["excludes any", "excludes all", "begin with", "end with", "not begin with", "not end with"],
  "image",
];
const UNDECIDABLE = ["less than", "more than"];
// Few and short texts, so that matches, near matches and failures are all frequent.
const PIECES = ["a", "B", "ab", "/", "\\", ";", "É", "é", "-", "1", "10", "true", "€", ""];
const ACCOUNTS = new Map([[0, "root"], [1, "a"], [2, "AB"]]);

/** The C code that decides in the kernel, compiled for this machine. */
function kernelSide() {
  const folder = Deno.makeTempDirSync();
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const library = `${folder}/decide.so`;
  const { code, stderr } = new Deno.Command("cc", {
    args: [
      ...["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"],
      ...["-I", here("../../native/linux/bpf"), "-o", library, here("testdata/decide.c")],
    ],
  }).outputSync();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const loaded = Deno.dlopen(library, {
    use_policy: { parameters: ["buffer"], result: "void" },
    use_text: { parameters: ["u32", "buffer", "u32"], result: "void" },
    decide: { parameters: ["u32"], result: "u32" },
  });
  return {
    ...loaded.symbols,
    [Symbol.dispose]() {
      loaded.close();
      Deno.removeSync(folder, { recursive: true });
    },
  };
}

function textOf(random: Random): string {
  return Array.from({ length: random.below(4) }, () => random.of(PIECES)).join("");
}

function condition(random: Random, isShredding: boolean): string {
  const field = random.of(FIELDS.filter((name) => isShredding || name !== "IsExecutable"));
  const operator = random.below(40) === 0 ? random.of(UNDECIDABLE) : random.of(OPERATORS);
  const value = textOf(random).replace("&", "");
  return `<${field} condition="${operator}">${value}</${field}>`;
}

function element(random: Random, tag: string): string {
  const isShredding = tag === TAGS[28];
  const items = Array.from({ length: random.below(5) }, () => {
    if (random.below(4) > 0) return condition(random, isShredding);
    const conditions = Array.from(
      { length: 1 + random.below(3) },
      () => condition(random, isShredding),
    );
    return `<Rule groupRelation="${random.of(["and", "or"])}">${conditions.join("")}</Rule>`;
  });
  return `<RuleGroup groupRelation="${random.of(["and", "or"])}">` +
    `<${tag} onmatch="${random.of(["include", "exclude"])}">${items.join("")}</${tag}></RuleGroup>`;
}

function load(elements: string): Config {
  const xml = `<Sysmon schemaversion="4.90"><EventFiltering>${elements}</EventFiltering></Sysmon>`;
  const { config, diagnostics } = loadConfig(new TextEncoder().encode(xml), "random.xml");
  assert.ok(config !== undefined, JSON.stringify(diagnostics));
  return config;
}

Deno.test("the kernel denies what the rules would log", () => {
  using kernel = kernelSide();
  const random = new Random(28);
  let denied = 0;
  let allowed = 0;
  let leftOut = 0;
  for (let count = 0; count < CONFIGURATIONS; count++) {
    const xml = Array.from(
      { length: 1 + random.below(4) },
      () => element(random, random.of(Object.values(TAGS))),
    ).join("");
    const config = load(xml);
    const { bytes, problems } = compileBlocking(config, ACCOUNTS);
    kernel.use_policy(bytes);
    for (let number = 0; number < EVENTS_PER_CONFIGURATION; number++) {
      const id = random.of([27, 28]);
      const fields: Record<string, string | number | boolean> = {
        TargetFilename: textOf(random) || "-",
        Image: textOf(random) || "-",
        User: random.of([...ACCOUNTS.values(), "-"]),
        ProcessId: random.of([1, 10, 101]),
        ...(id === 28 ? { IsExecutable: random.of([true, false]) } : {}),
      };
      for (const [slot, name] of FIELDS.slice(0, 5).entries()) {
        const text = new TextEncoder().encode(String(fields[name] ?? "-"));
        kernel.use_text(slot, text, text.length);
      }
      const isDenied = kernel.decide(id - 27) === 1;
      const isLogged = interpret(config, makeEvent(id, fields)) !== undefined;
      const about = `${xml}\n${JSON.stringify(fields)} of ${id}`;
      if (problems.length === 0) assert.equal(isDenied, isLogged, about);
      else assert.ok(!isDenied || isLogged, about);
      if (problems.length > 0) leftOut++;
      else if (isDenied) denied++;
      else allowed++;
    }
  }
  // A test of one verdict alone would prove nothing.
  assert.ok(denied > 2_000 && allowed > 2_000 && leftOut > 500, `${denied} ${allowed} ${leftOut}`);
});

function problemsOf(elements: string): string[] {
  return compileBlocking(load(elements), ACCOUNTS).problems.map(({ line, column, message }) =>
    `${line}:${column} ${message}`
  );
}

Deno.test("what the kernel cannot decide is named with its place and rule", () => {
  const hashes = '<Hashes name="bad file" condition="contains">AB</Hashes>';
  assert.deepEqual(
    problemsOf(`<FileBlockExecutable onmatch="include">${hashes}</FileBlockExecutable>`),
    [
      "1:86 Hashes of rule 'bad file' cannot be decided in the kernel: the kernel does not know " +
      "Hashes; this element blocks nothing",
    ],
  );
  const excluded =
    `<FileBlockExecutable onmatch="exclude"><Image condition="less than">a</Image></FileBlockExecutable>`;
  assert.match(problemsOf(excluded)[0], /'less than'; FileBlockExecutable blocks nothing$/);
});

Deno.test("an exclusion that is left out lifts everything, an inclusion itself alone", () => {
  const include = (conditions: string, relation: string) =>
    `<RuleGroup groupRelation="${relation}"><FileBlockExecutable onmatch="include">${conditions}</FileBlockExecutable></RuleGroup>`;
  const path = '<TargetFilename condition="begin with">/opt/</TargetFilename>';
  const hashes = '<Hashes condition="contains">AB</Hashes>';
  const tags = (elements: string) => compileBlocking(load(elements), ACCOUNTS).tags;
  assert.deepEqual(tags(include(path + hashes, "or")), ["FileBlockExecutable"]);
  assert.deepEqual(tags(include(path + hashes, "and")), []);
  const exclude = `<FileBlockExecutable onmatch="exclude">${hashes}</FileBlockExecutable>`;
  assert.deepEqual(tags(include(path, "or") + exclude), []);
});

Deno.test("rules that are too large block nothing and say so", () => {
  const paths = Array.from(
    { length: 5_000 },
    (_, number) => `<TargetFilename condition="is">/opt/${number}</TargetFilename>`,
  );
  const config = load(
    `<RuleGroup groupRelation="or"><FileBlockShredding onmatch="include">${
      paths.join("")
    }</FileBlockShredding></RuleGroup>`,
  );
  const { tags, problems } = compileBlocking(config, ACCOUNTS);
  assert.deepEqual(tags, []);
  assert.equal(problems[0].code, "MON181");
});

Deno.test("users that the kernel cannot know decide nothing", () => {
  const config = load(
    '<FileBlockShredding onmatch="include"><User condition="is">a</User></FileBlockShredding>',
  );
  const { tags, problems } = compileBlocking(config, "accounts come from 'sss', too");
  assert.deepEqual(tags, []);
  assert.match(problems[0].message, /'sss'/);
});
