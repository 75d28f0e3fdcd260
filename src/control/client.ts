/**
 * Asking a running sensor.
 */
import { LineTooLongError, type Reader, readLines } from "./lines.ts";
import { sendAway } from "../output/clients.ts";
import type { Answer, Request } from "./protocol.ts";

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
/** Until the answer's first line is whole; a busy sensor takes a fraction of a second. */
const PATIENCE_MS = 20_000;

/**
 * Sends a request and gives the rest of what the sensor says behind its answer, line by line; the
 * first line is the answer itself, which is waited for as long as `patience` milliseconds.
 *
 * @throws {NotRunningError} {@link AnswerError}
 */
export async function* ask(
  path: string,
  request: Request,
  patience = PATIENCE_MS,
): AsyncGenerator<string, void, void> {
  const connection = await connect(path);
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    sendAway(connection);
  }, patience);
  try {
    await connection.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    const lines = readLines(connection as Reader, LONGEST_LINE);
    const { value: first } = await lines.next();
    clearTimeout(late);
    if (first === undefined) throw new AnswerError("the sensor ended without an answer");
    refuseUnlessAnswer(first, path);
    yield first;
    yield* lines;
  } catch (error) {
    if (isLate) {
      throw new AnswerError(
        `the sensor has not answered for ${patience / 1000} seconds; is it stopped?`,
      );
    }
    if (error instanceof LineTooLongError) throw notASensor(path);
    if (isLost(error)) return;
    throw error;
  } finally {
    clearTimeout(late);
    sendAway(connection);
  }
}

function refuseUnlessAnswer(line: string, path: string): void {
  let answer: Answer | null;
  try {
    answer = JSON.parse(line);
  } catch {
    throw notASensor(path);
  }
  if (answer?.ok === true) return;
  if (answer?.ok === false && typeof answer.error === "string") throw new AnswerError(answer.error);
  throw notASensor(path);
}

function notASensor(path: string): AnswerError {
  return new AnswerError(`what listens at ${path} does not answer as a sensor does`);
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
