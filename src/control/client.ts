/**
 * Asking a running sensor.
 */
import { type Reader, readLines } from "./lines.ts";
import type { Request } from "./protocol.ts";

/** No sensor listens at the socket. */
export class NotRunningError extends Error {
  override readonly name = "NotRunningError";
}

/** The sensor refuses, or the socket cannot be used; the message says why. */
export class AnswerError extends Error {
  override readonly name = "AnswerError";
}

/** A status or an event; much more than either has. */
const LONGEST_LINE = 4 * 1024 * 1024;

/**
 * Sends a request and gives the rest of what the sensor says behind its answer, line by line; the
 * first line is the answer itself.
 *
 * @throws {NotRunningError} {@link AnswerError}
 */
export async function* ask(path: string, request: Request): AsyncGenerator<string, void, void> {
  const connection = await connect(path);
  try {
    await connection.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    const lines = readLines(connection as Reader, LONGEST_LINE);
    const { value: first } = await lines.next();
    if (first === undefined) throw new AnswerError("the sensor ended without an answer");
    const answer = JSON.parse(first);
    if (answer.ok !== true) throw new AnswerError(String(answer.error));
    yield first;
    yield* lines;
  } catch (error) {
    if (isLost(error)) return;
    throw error;
  } finally {
    connection.close();
  }
}

/** The sensor went away in the middle. */
function isLost(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe;
}

async function connect(path: string): Promise<Deno.UnixConn> {
  try {
    return await Deno.connect({ transport: "unix", path });
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound || error instanceof Deno.errors.ConnectionRefused
    ) {
      throw new NotRunningError(`no sensor listens at ${path}`);
    }
    const reason = error instanceof Deno.errors.PermissionDenied
      ? "permission denied; only root may ask the sensor"
      : (error as Error).message;
    throw new AnswerError(`cannot connect to ${path}: ${reason}`);
  }
}
