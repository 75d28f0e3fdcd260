/**
 * Signals that steer a running command.
 */

/** Windows has two of its console, and none that could mean "reload". */
const ENDING: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM"];
/** What systemd sends before it starts the service again: `RestartKillSignal`. */
const LEAVING: Deno.Signal = "SIGUSR1";
const RELOADING: readonly Deno.Signal[] = Deno.build.os === "windows" ? [] : ["SIGHUP"];

/**
 * Calls `stop` on SIGINT and SIGTERM (a second one ends the process at once) and `reload` on
 * SIGHUP; on Windows `stop` on Ctrl+C and Ctrl+Break. With `leave`, that on SIGUSR1, where there is one.
 * Returns a function that lets go of them.
 */
export function onSignals(stop: () => void, reload: () => void, leave?: () => void): () => void {
  let stopping = false;
  const ending = (what: () => void) => () => {
    if (stopping) Deno.exit(130);
    stopping = true;
    what();
  };
  const end = ending(stop);
  const isLeaving = leave !== undefined && Deno.build.os !== "windows";
  const handOver = ending(leave ?? stop);
  if (isLeaving) Deno.addSignalListener(LEAVING, handOver);
  for (const signal of ENDING) Deno.addSignalListener(signal, end);
  for (const signal of RELOADING) Deno.addSignalListener(signal, reload);
  return () => {
    if (isLeaving) Deno.removeSignalListener(LEAVING, handOver);
    for (const signal of ENDING) Deno.removeSignalListener(signal, end);
    for (const signal of RELOADING) Deno.removeSignalListener(signal, reload);
  };
}
