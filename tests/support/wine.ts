/** The single file for Windows, run under Wine beside the one for Linux. */
import { fileURLToPath } from "node:url";
import { FOR_WINDOWS } from "../../tasks/setup.ts";
import { isInstalled } from "../../tasks/shared/task.ts";
import { PACKED_FOR_WINE } from "../../tasks/windows/paths.ts";
import { WINE, winePrefix } from "../../tasks/windows/wine.ts";
import { exists, MONOMI } from "./environment.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What a run of a program gave. */
export interface Outcome {
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

/** Why Windows programs cannot run here, or undefined when they can. */
const impossible: string | undefined = whyNot();

function whyNot(): string | undefined {
  const missing = FOR_WINDOWS.filter(({ program }) => !isInstalled(program));
  if (missing.length > 0) return `${missing.flatMap(({ packages }) => packages).join(" ")} missing`;
  if (!exists(PACKED_FOR_WINE)) return "run deno task test, which packs build/windows/monomi.exe";
  return undefined;
}

/** Registers a test that runs the file for Windows; where that is impossible, its name says why. */
export function wineTest(name: string, fn: () => Promise<void>, missing?: string): void {
  const reason = impossible ?? missing;
  Deno.test({
    name: reason === undefined ? name : `${name} (skipped: ${reason})`,
    ignore: reason !== undefined,
    fn,
  });
}

/** Runs a program for Windows in Wine's `prefix`, from the project's root. */
export async function runUnderWine(
  program: string,
  args: readonly string[],
  options: { input?: Uint8Array<ArrayBuffer>; env?: Record<string, string>; prefix?: string } = {},
): Promise<Outcome> {
  const env = { ...await winePrefix(options.prefix), ...options.env };
  return await run(WINE, [program, ...args], env, options.input);
}

/** Runs `monomi ARGS` for Windows. */
export function windows(
  args: readonly string[],
  input?: Uint8Array<ArrayBuffer>,
): Promise<Outcome> {
  return runUnderWine(PACKED_FOR_WINE, args, { input });
}

/** Runs `monomi ARGS` for Linux, from the project's root. */
export function linux(args: readonly string[], input?: Uint8Array<ArrayBuffer>): Promise<Outcome> {
  return run(MONOMI, args, {}, input);
}

async function run(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
  input: Uint8Array<ArrayBuffer> = new Uint8Array(),
): Promise<Outcome> {
  const child = new Deno.Command(program, {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const written = write(child.stdin, input);
  const { code, stdout, stderr } = await child.output();
  await written;
  return { code, stdout, stderr: new TextDecoder().decode(stderr) };
}

/** A program that does not read its input may close it. */
async function write(
  stdin: WritableStream<Uint8Array<ArrayBuffer>>,
  input: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(input);
    await writer.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
