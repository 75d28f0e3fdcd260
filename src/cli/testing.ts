/** Runs the program as a process of its own, for tests of its commands. */

import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const ROOT = new URL("../../", import.meta.url);

/** What a run of the program gave. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and with what the program runs. */
export interface RunOptions {
  /** The project's root when not given. */
  readonly cwd?: string | URL;
  /** Standard input; empty when not given. */
  readonly input?: string | Uint8Array<ArrayBuffer>;
  /** Further variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `monomi ARGS` from the sources, without colours. */
export async function monomi(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", MAIN, ...args],
    cwd: options.cwd ?? ROOT,
    env: { NO_COLOR: "1", ...options.env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const written = write(child.stdin, options.input ?? "");
  const { code, stdout, stderr } = await child.output();
  await written;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** A program that stops reading early closes its input; that is its good right. */
async function write(
  stdin: WritableStream<Uint8Array<ArrayBuffer>>,
  input: string | Uint8Array<ArrayBuffer>,
): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(typeof input === "string" ? new TextEncoder().encode(input) : input);
    await writer.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
