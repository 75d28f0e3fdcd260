/** The examples of docs/explain.md give what stands there. */
import assert from "node:assert/strict";
import { monomi } from "./testing.ts";

const PAGE = new URL("../../docs/explain.md", import.meta.url);
const EXAMPLE = /^```\n\$ monomi ((?:.* \\\n)*.+)\n([^]*?)^```$/gm;

/** Words as a shell splits them; the page quotes with single quotes only. */
function words(command: string): string[] {
  const found = command.replaceAll("\\\n", " ").matchAll(/(?:'[^']*'|[^\s'])+/g);
  return [...found].map(([word]) => word.replaceAll("'", ""));
}

/** Standard output and standard error are written by turns. */
const sorted = (text: string) => text.split("\n").filter((line) => line !== "").sort();

Deno.test("every example of the page on explain and show", async () => {
  let examples = 0;
  for (const [, command, expected] of (await Deno.readTextFile(PAGE)).matchAll(EXAMPLE)) {
    if (command.includes("||")) continue;
    const { stdout, stderr } = await monomi(words(command));
    assert.deepEqual(sorted(stdout + stderr), sorted(expected), command);
    examples++;
  }
  assert.equal(examples, 5);
});
