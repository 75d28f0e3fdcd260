/** What this machine allows, and where the program under test is. */
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");

/** The program under test: the packed file, or what the variable MONOMI names. */
export const MONOMI = Deno.env.get("MONOMI") ?? `${ROOT}/dist/monomi`;

/** Folder of the configurations that the tests use. */
export const CONFIGS = `${ROOT}/fixtures/e2e`;

/** Path of one of those configurations. */
export function config(name: string): string {
  return `${CONFIGS}/${name}`;
}

/** Why nothing can be captured on this machine, or undefined when it can. */
export const captureImpossible: string | undefined = whyNoCapture();

function whyNoCapture(): string | undefined {
  if (Deno.build.os !== "linux") return "this is not Linux";
  if (Deno.uid() !== 0) return "not root";
  if (!exists("/sys/kernel/btf/vmlinux")) return "the kernel has no BTF";
  return undefined;
}

/** Whether something, even a dangling link, has this path. */
export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Registers a test that captures on this machine. Where that is impossible, or `missing` says what
 * else lacks, the test is shown as ignored with the reason in its name.
 */
export function captureTest(
  name: string,
  run: (t: Deno.TestContext) => Promise<void>,
  missing?: string,
): void {
  const reason = captureImpossible ?? missing;
  Deno.test({
    name: reason === undefined ? name : `${name} (skipped: ${reason})`,
    ignore: reason !== undefined,
    fn: run,
  });
}

/** A new private directory, removed with everything in it at the end of the scope. */
export class Folder implements Disposable {
  /** Absolute, without symbolic links. */
  readonly path: string;

  constructor(parent?: string) {
    this.path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "monomi-e2e-", dir: parent }));
  }

  /** Path of `name` in it. */
  at(name: string): string {
    return `${this.path}/${name}`;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** Runs a program to its end. @throws when it ends with anything but 0. */
export async function output(program: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" })
    .output();
  const decoder = new TextDecoder();
  if (code !== 0) {
    throw new Error(`${program} ${args.join(" ")} ended with ${code}: ${decoder.decode(stderr)}`);
  }
  return decoder.decode(stdout);
}

/** Whether a program of this name is in the PATH. */
export function isInstalled(program: string): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  return folders.some((folder) => exists(`${folder}/${program}`));
}
