/** Clients of a socket that is listened at: taking them in whatever happens, and sending them away. */

/** What takes clients in; `Deno.Listener` is one. */
export interface Listener<Client> {
  accept(): Promise<Client>;
}

const PAUSE_MILLISECONDS = 250;

/**
 * Each client that comes, until the listener is closed. Where none can be taken in, as when the process has no
 * descriptors left, it is tried again after a while: whoever watches the sensor must not be able to end it.
 */
export async function* clientsOf<Client>(
  listener: Listener<Client>,
): AsyncGenerator<Client, void, void> {
  for (;;) {
    try {
      yield await listener.accept();
    } catch (error) {
      if (isClosed(error)) return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    }
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}

/** Unlike `close`, it may be done twice. */
export function sendAway(client: Deno.Conn): void {
  client[Symbol.dispose]();
}
