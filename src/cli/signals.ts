/**
 * Signals that steer a running command.
 */

/** Windows has two of its console, and none that could mean "reload". */
const ENDING: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM"];
const RELOADING: readonly Deno.Signal[] = Deno.build.os === "windows" ? [] : ["SIGHUP"];

/**
 * Calls `stop` on SIGINT and SIGTERM (a second one ends the process at once) and `reload` on
 * SIGHUP; on Windows `stop` on Ctrl+C and Ctrl+Break. Returns a function that lets go of them.
 */
export function onSignals(stop: () => void, reload: () => void): () => void {
  let stopping = false;
  const end = () => {
    if (stopping) Deno.exit(130);
    stopping = true;
    stop();
  };
  for (const signal of ENDING) Deno.addSignalListener(signal, end);
  for (const signal of RELOADING) Deno.addSignalListener(signal, reload);
  return () => {
    for (const signal of ENDING) Deno.removeSignalListener(signal, end);
    for (const signal of RELOADING) Deno.removeSignalListener(signal, reload);
  };
}
