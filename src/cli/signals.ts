/**
 * Signals that steer a running command.
 */

/**
 * Calls `stop` on SIGINT and SIGTERM (a second one ends the process at once) and `reload` on
 * SIGHUP. Returns a function that lets go of them.
 */
export function onSignals(stop: () => void, reload: () => void): () => void {
  let stopping = false;
  const end = () => {
    if (stopping) Deno.exit(130);
    stopping = true;
    stop();
  };
  Deno.addSignalListener("SIGINT", end);
  Deno.addSignalListener("SIGTERM", end);
  Deno.addSignalListener("SIGHUP", reload);
  return () => {
    Deno.removeSignalListener("SIGINT", end);
    Deno.removeSignalListener("SIGTERM", end);
    Deno.removeSignalListener("SIGHUP", reload);
  };
}
