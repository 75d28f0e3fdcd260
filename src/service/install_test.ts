import assert from "node:assert/strict";
import { withDirectory } from "../testing/temporary.ts";
import { reload } from "./install.ts";
import type { Manager } from "./manager.ts";
import { type DaemonState, placesOf } from "./stored.ts";
import { identityIn } from "./testing.ts";

const RUNNING = { pid: 7, started: "1" };
const STATE: DaemonState = { pid: RUNNING.pid, generation: 1, refused: null };

/** What becomes of a reload when the daemon does this as it is asked. */
async function reloadWith(
  directory: string,
  respond: (statePath: string) => typeof RUNNING | undefined,
): Promise<void> {
  const identity = identityIn(directory);
  const { state } = placesOf(identity);
  Deno.writeTextFileSync(state, JSON.stringify(STATE));
  let running: typeof RUNNING | undefined = RUNNING;
  const manager: Pick<Manager, "running" | "requestReload"> = {
    running: () => running,
    requestReload: () => {
      running = respond(state);
      return true;
    },
  };
  await reload(identity, undefined, "1", manager as Manager);
}

Deno.test("a reload is over when the daemon says so, and as it says", async () => {
  await withDirectory((directory) =>
    reloadWith(directory, (state) => {
      Deno.writeTextFileSync(state, JSON.stringify({ ...STATE, generation: 2 }));
      return RUNNING;
    })
  );
  await withDirectory((directory) =>
    assert.rejects(
      reloadWith(directory, (state) => {
        Deno.writeTextFileSync(state, JSON.stringify({ ...STATE, generation: 2, refused: "no" }));
        return RUNNING;
      }),
      /the old configuration stays: no/,
    )
  );
});

Deno.test("a daemon that ended with its state has put nothing into force", () =>
  withDirectory((directory) =>
    assert.rejects(
      reloadWith(directory, (state) => {
        Deno.removeSync(state);
        return undefined;
      }),
      /ended while it was to reload/,
    )
  ));
