/**
 * The control socket's place: a directory and a socket that only their owner can enter.
 */
import { dirname } from "node:path";
import process from "node:process";

/** The socket cannot be opened; the message says why and what to do. */
export class ControlError extends Error {
  override readonly name = "ControlError";
}

/** Linux: `sun_path` has 108 bytes, one of them the end. */
const LONGEST_PATH = 107;
const OTHERS = 0o077;

/**
 * Listens at `path` with mode 0600, in a directory with mode 0700 that is made where it is missing.
 * A socket that nobody listens at any more is replaced.
 *
 * The mode is what keeps others out: the kernel asks for the right to write to connect.
 *
 * @throws {ControlError}
 */
export async function listenAt(path: string): Promise<Deno.UnixListener> {
  if (new TextEncoder().encode(path).length > LONGEST_PATH) {
    throw new ControlError(`the socket's path has more than ${LONGEST_PATH} bytes: ${path}`);
  }
  preparePlace(dirname(path));
  await removeStale(path);
  const mask = Deno.umask(0o177);
  try {
    return Deno.listen({ transport: "unix", path });
  } catch (error) {
    throw new ControlError(`cannot listen at ${path}: ${(error as Error).message}`);
  } finally {
    Deno.umask(mask);
  }
}

function preparePlace(directory: string): void {
  try {
    Deno.mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) {
      throw new ControlError(`cannot make ${directory}: ${(error as Error).message}`);
    }
  }
  const { isDirectory, uid, mode } = Deno.lstatSync(directory);
  if (!isDirectory) {
    throw new ControlError(
      `${directory} is no directory, or a link to one; name the directory itself`,
    );
  }
  if (uid !== process.geteuid!() || (mode! & OTHERS) !== 0) {
    throw new ControlError(
      `others can enter ${directory}; the control socket needs a directory of its own: ` +
        `chmod 700 ${directory}, or name another`,
    );
  }
}

/** Nobody else can put anything at `path`: the directory was looked at before. */
async function removeStale(path: string): Promise<void> {
  let info: Deno.FileInfo;
  try {
    info = Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  if (!info.isSocket) throw new ControlError(`${path} is there and is no socket; remove it`);
  if (await isListened(path)) {
    throw new ControlError(`another sensor listens at ${path}; stop it or name another path`);
  }
  Deno.removeSync(path);
}

async function isListened(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw new ControlError(`cannot ask who listens at ${path}: ${(error as Error).message}`);
  }
}
