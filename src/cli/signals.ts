/**
 * Signals that steer a running command.
 */

const IS_WINDOWS = Deno.build.os === "windows";
/** Windows has two of its console, and none that could mean "reload". */
const ENDING: readonly Deno.Signal[] = IS_WINDOWS ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
/** What comes before the service is started again. Not SIGUSR1, which the launcher blocks. */
const LEAVING: readonly Deno.Signal[] = IS_WINDOWS ? [] : ["SIGUSR2"];
const RELOADING: readonly Deno.Signal[] = IS_WINDOWS ? [] : ["SIGHUP"];

/**
 * Calls `stop` on SIGINT and SIGTERM (a second one ends the process at once) and `reload` on
 * SIGHUP; on Windows `stop` on Ctrl+C and Ctrl+Break. With `leave`, that on SIGUSR2, where there is one.
 * Returns a function that lets go of them.
 */
export function onSignals(stop: () => void, reload: () => void, leave?: () => void): () => void {
  let stopping = false;
  const ending = (what: () => void) => () => {
    if (stopping) Deno.exit(130);
    stopping = true;
    what();
  };
  const handlers = [
    ...heard(ENDING, ending(stop)),
    ...heard(RELOADING, reload),
    ...(leave === undefined ? [] : heard(LEAVING, ending(leave))),
  ];
  for (const { signal, handler } of handlers) Deno.addSignalListener(signal, handler);
  return () => {
    for (const { signal, handler } of handlers) Deno.removeSignalListener(signal, handler);
  };
}

function heard(signals: readonly Deno.Signal[], handler: () => void) {
  return signals.map((signal) => ({ signal, handler }));
}
