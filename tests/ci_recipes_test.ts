/** What we tell people to put into their CI: the README's commands, the action, the hooks. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { Folder, MONOMI } from "./support/environment.ts";

const ROOT = new URL("../", import.meta.url).pathname;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script as a CI service does; `monomi` on PATH is the single file. */
async function bash(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const programs = `${cwd}/.programs`;
  await Deno.mkdir(programs, { recursive: true });
  await Deno.symlink(MONOMI, `${programs}/monomi`).catch((error) => {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  });
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
    cwd,
    clearEnv: true,
    env: { PATH: `${programs}:/usr/bin:/bin`, NO_COLOR: "1", ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** The fenced blocks of a section of the README, by their language. */
function blocks(section: string, language: string): string[] {
  const readme = Deno.readTextFileSync(`${ROOT}README.md`);
  const start = readme.indexOf(`# ${section}\n`);
  assert.notEqual(start, -1, section);
  const text = readme.slice(start).split(/\n#+ /, 1)[0];
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter((match) => match[1] === language)
    .map((match) => match[2]);
}

async function inReadmesFolder(work: (folder: string) => Promise<void>): Promise<void> {
  using folder = new Folder();
  const [files] = blocks("Configurations in CI", "sh");
  assert.equal((await bash(files, folder.path)).code, 0);
  await work(folder.path);
}

Deno.test("the README's section, followed literally in an empty directory, works", async () => {
  await inReadmesFolder(async (folder) => {
    const [, commands, ...others] = blocks("Configurations in CI", "sh");
    assert.equal(others.length, 0);
    const { code, stdout, stderr } = await bash(commands, folder);
    assert.equal(code, 0, stderr);
    const [shown] = blocks("Configurations in CI", "");
    const timeless = (text: string) => text.replaceAll(/\d+ ms/g, "N ms");
    assert.equal(timeless(stdout), timeless(shown));
    assert.match(Deno.readTextFileSync(`${folder}/monomi.junit.xml`), /tests="2"/);
  });
});

Deno.test("each of the README's commands fails when something is wrong", async () => {
  const [, commands] = blocks("Configurations in CI", "sh");
  const [check, fmt, test] = commands.trimEnd().split("\n");
  for (
    const [command, before, after] of [
      [check, 'condition="end with"', 'condition="ends with"'],
      [fmt, "    <RuleGroup", "  <RuleGroup"],
      [test, ">/curl<", ">/wget<"],
    ]
  ) {
    await inReadmesFolder(async (folder) => {
      const text = Deno.readTextFileSync(`${folder}/sysmon.xml`);
      assert.ok(text.includes(before));
      Deno.writeTextFileSync(`${folder}/sysmon.xml`, text.replace(before, after));
      assert.equal((await bash(command, folder)).code, 1, command);
    });
  }
});

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

interface Step {
  readonly name: string;
  readonly if?: string;
  readonly shell: string;
  readonly env: Readonly<Record<string, string>>;
  readonly run: string;
}

const ACTION: Action = parse(Deno.readTextFileSync(`${ROOT}action.yml`));

/** Runs the action's steps the way GitHub does, up to the first that fails. */
async function runAction(folder: string, given: Readonly<Record<string, string>>) {
  const inputs = Object.fromEntries(
    Object.entries(ACTION.inputs).map(([name, input]) => [name, given[name] ?? input.default]),
  );
  const environmentFile = `${folder}/.environment`;
  await Deno.writeTextFile(environmentFile, "");
  const outcomes: Record<string, Outcome> = {};
  for (const { name, if: condition, env, run, shell } of ACTION.runs.steps) {
    assert.equal(shell, "bash");
    const valueOf = (text: string) =>
      text.replace(
        /\$\{\{ inputs\.(\w+)(?: ([!=]=) '(\w*)')? \}\}/,
        (_, input, operator, other) => {
          assert.ok(input in inputs, input);
          const value = inputs[input];
          if (operator === undefined) return value;
          return String((value === other) === (operator === "=="));
        },
      );
    if (condition !== undefined && valueOf(condition) !== "true") continue;
    assert.doesNotMatch(run, /\$\{\{/, "inputs in a script are an injection");
    const kept = Deno.readTextFileSync(environmentFile).split("\n").filter(Boolean)
      .map((line) => line.split("=", 2));
    outcomes[name] = await bash(run, folder, {
      ...Object.fromEntries(kept),
      ...Object.fromEntries(Object.entries(env).map(([key, text]) => [key, valueOf(text)])),
      GITHUB_ENV: environmentFile,
      GITHUB_WORKSPACE: folder,
      RUNNER_TEMP: folder,
    });
    if (outcomes[name].code !== 0) break;
  }
  return outcomes;
}

Deno.test("the action checks and tests", async () => {
  await inReadmesFolder(async (folder) => {
    const outcomes = await runAction(folder, { deny: "warnings", formatted: "true" });
    assert.deepEqual(Object.keys(outcomes), ["Find monomi", "Check", "Formatting", "Test"]);
    for (const [name, { code, stderr }] of Object.entries(outcomes)) {
      assert.equal(code, 0, `${name}: ${stderr}`);
    }
  });
});

Deno.test("the action annotates, and stops at what is wrong", async () => {
  await inReadmesFolder(async (folder) => {
    Deno.writeTextFileSync(
      `${folder}/bad one.xml`,
      '<Sysmon schemaversion="4.90"><Bogus/></Sysmon>',
    );
    const outcomes = await runAction(folder, { paths: "bad one.xml\n\nsysmon.xml\n" });
    assert.deepEqual(Object.keys(outcomes), ["Find monomi", "Check"]);
    assert.equal(outcomes["Check"].code, 1);
    assert.match(outcomes["Check"].stdout, /^::error file=bad one\.xml,line=1,/m);
  });
});

Deno.test("the action takes no program from the network unless its digest is known", async () => {
  await inReadmesFolder(async (folder) => {
    const url = `file://${MONOMI}`;
    const unknown = await runAction(folder, { url });
    assert.equal(unknown["Find monomi"].code, 2);
    const other = await runAction(folder, { url, sha256: "0".repeat(64) });
    assert.notEqual(other["Find monomi"].code, 0);
    const missing = await runAction(folder, { program: "./no-such-program" });
    assert.match(missing["Find monomi"].stdout, /^::error::there is no program/);
  });
});

Deno.test("the hooks are commands that work", async () => {
  const hooks: { id: string; entry: string; files: string; pass_filenames?: boolean }[] = parse(
    Deno.readTextFileSync(`${ROOT}.pre-commit-hooks.yaml`),
  );
  assert.deepEqual(hooks.map(({ id }) => id), ["monomi-check", "monomi-fmt", "monomi-test"]);
  await inReadmesFolder(async (folder) => {
    for (const { entry, files, pass_filenames } of hooks) {
      assert.match("sysmon.xml", new RegExp(files.replace("(?i)", ""), "i"));
      const { code, stderr } = await bash(
        pass_filenames === false ? entry : `${entry} sysmon.xml`,
        folder,
      );
      assert.equal(code, 0, `${entry}: ${stderr}`);
    }
  });
});
