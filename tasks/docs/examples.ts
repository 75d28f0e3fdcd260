/** fixtures/diagnostics: what shows each code. Its README.md tells the convention. */
import { judge, PLAIN } from "../../src/cli/check_file.ts";
import { monomi } from "../../src/cli/testing.ts";
import { type Code, CODES, loadConfig } from "../../src/config/mod.ts";
import { renderDiagnostic } from "../../src/report/mod.ts";
import { ROOT } from "../shared/paths.ts";

/** An example of one code. */
export interface Example {
  readonly code: Code;
  /** Arguments of monomi. */
  readonly command: readonly string[];
  /** What it reads, in the order of the names; undefined contents are no UTF-8. */
  readonly files: readonly { readonly name: string; readonly text: string | undefined }[];
  /** What it says on standard error. */
  run(): Promise<string>;
  /** What is said of the example that nearly gives the code; undefined when there is none. */
  runNear(): Promise<string | undefined>;
}

const FOLDER = `${ROOT}/fixtures/diagnostics`;
const CONTROL_FILES = ["command", "near"];

/** The example of a code, or undefined when there is none. */
export function exampleOf(code: Code): Example | undefined {
  const names = [...Deno.readDirSync(FOLDER)].map((entry) => entry.name);
  if (names.includes(code)) return folderExample(code);
  const file = names.find((name) => name === `${code}.xml` || name === `${code}.yaml`);
  if (file === undefined) return undefined;
  const near = names.find((name) => name.startsWith(`${code}.near.`));
  return {
    code,
    command: ["check", file],
    files: [{ name: file, text: textOf(`${FOLDER}/${file}`) }],
    run: () => Promise.resolve(checked(file)),
    runNear: () => Promise.resolve(near === undefined ? undefined : checked(near)),
  };
}

/** All names in the folder that belong to no code. */
export function strayExamples(): string[] {
  return [...Deno.readDirSync(FOLDER)].map((entry) => entry.name)
    .filter((name) => name !== "README.md" && !Object.hasOwn(CODES, name.split(".")[0]))
    .sort();
}

function checked(file: string): string {
  const loaded = loadConfig(Deno.readFileSync(`${FOLDER}/${file}`), file);
  const { diagnostics } = judge(file, loaded, PLAIN);
  return diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic)}\n`).join("");
}

function folderExample(code: Code): Example {
  const folder = `${FOLDER}/${code}`;
  const names = [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
  const argumentsIn = (file: string) =>
    Deno.readTextFileSync(`${folder}/${file}`).trim().split(" ");
  const run = async (args: readonly string[]) => (await monomi(args, { cwd: folder })).stderr;
  return {
    code,
    command: argumentsIn("command"),
    files: names.filter((name) => !CONTROL_FILES.includes(name)).map((name) => ({
      name,
      text: textOf(`${folder}/${name}`),
    })),
    run: () => run(argumentsIn("command")),
    runNear: async () => names.includes("near") ? await run(argumentsIn("near")) : undefined,
  };
}

function textOf(path: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(path));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return undefined;
  }
}
