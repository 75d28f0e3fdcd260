/** How every task starts, runs programs, and ends. */

/** A task cannot go on; the message says what to do and is all that the user sees. */
export class TaskError extends Error {}

/** Options of {@linkcode run}. */
export interface RunOptions {
  readonly cwd?: string;
  /** Variables set besides the inherited ones. */
  readonly env?: Record<string, string>;
}

/**
 * Runs `task` when its file is the program (`isMain` is `import.meta.main`) and exits: 0 after
 * success, 1 with a message after a {@linkcode TaskError}.
 */
export async function asProgram(isMain: boolean, task: () => Promise<unknown>): Promise<void> {
  if (!isMain) return;
  try {
    await task();
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    console.error(`error: ${error.message}`);
    Deno.exit(1);
  }
}

/**
 * Runs a program on this terminal.
 *
 * @throws {TaskError} when it is missing or ends with anything but 0.
 */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<void> {
  const shown = [program.split("/").at(-1), ...args].join(" ");
  console.error(`> ${shown}`);
  const { code } = await spawn(program, args, { ...options, stdin: "null" }).status;
  if (code !== 0) throw new TaskError(`\`${shown}\` ended with ${code}`);
}

/** Starts a program; like `Deno.Command.spawn` but with a readable refusal. */
export function spawn(
  program: string,
  args: readonly string[],
  options: Omit<Deno.CommandOptions, "args">,
): Deno.ChildProcess {
  try {
    return new Deno.Command(program, { ...options, args: [...args] }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new TaskError(`${program} is not installed`);
  }
}

/** Whether a program of this name is in the PATH, or a file has this whole path. */
export function isInstalled(program: string): boolean {
  if (program.startsWith("/")) return isFile(program);
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  return folders.some((folder) => isFile(`${folder}/${program}`));
}

/** Whether there is a regular file at `path`, or a link to one. */
export function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}
