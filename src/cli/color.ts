/** Whether people want colours on standard output. */

/** It is a terminal that shows them, and NO_COLOR is not set. Ask before permissions are dropped. */
export function wantsColor(): boolean {
  return Deno.stdout.isTerminal() && !Deno.env.get("NO_COLOR") && Deno.env.get("TERM") !== "dumb";
}
