/**
 * Looks at the packed program on other kernels, in virtual machines.
 *
 * `deno task kernels [SERIES…]`: Debian's kernels, each with and without BPF among the security
 * modules. Software emulation, so that it runs wherever the build does.
 */

import type { Check } from "./kernels/blocking.ts";
import { examine, VARIANTS } from "./kernels/examine.ts";
import { KERNEL_SERIES, kernelImage } from "./kernels/images.ts";
import { pack } from "./pack.ts";
import { FOR_BUILD, FOR_KERNELS, setup } from "./setup.ts";
import { asProgram, TaskError } from "./shared/task.ts";

/** One guest's run. */
interface Result {
  readonly guest: string;
  readonly checks: readonly Check[];
  readonly seconds: number;
}

await asProgram(import.meta.main, async () => {
  await setup([...FOR_BUILD, ...FOR_KERNELS]);
  const program = await pack();
  const results: Result[] = [];
  for (const series of Deno.args.length > 0 ? Deno.args : KERNEL_SERIES) {
    const image = await kernelImage(series);
    for (const variant of VARIANTS) {
      const begin = performance.now();
      const checks = await examine(program, image, variant);
      const seconds = (performance.now() - begin) / 1000;
      const result = { guest: `${image.release}, ${variant.name}`, checks, seconds };
      console.log(details(result));
      results.push(result);
    }
  }
  console.log(table(results));
  const failed = results.flatMap(({ checks }) => checks).filter(({ passed }) => !passed).length;
  if (failed > 0) throw new TaskError(`${failed} checks failed`);
});

function details({ guest, checks }: Result): string {
  const lines = checks.map(({ name, passed }) => `  ${passed ? "ok    " : "FAILED"} ${name}`);
  const complaints = checks.filter(({ passed }) => !passed)
    .map(({ name, found }) => `${name}: ${found}`);
  return [guest, ...lines, ...complaints].join("\n");
}

/** A line for each guest, a column for each group of checks: how many of how many passed. */
function table(results: readonly Result[]): string {
  const groups = [...new Set(results.flatMap(({ checks }) => checks.map(groupOf)))];
  const width = Math.max(...results.map(({ guest }) => guest.length));
  const head = "".padEnd(width) + groups.map((group) => group.padStart(11)).join("") + "    time";
  const lines = results.map(({ guest, checks, seconds }) => {
    const cells = groups.map((group) => {
      const own = checks.filter((check) => groupOf(check) === group);
      return `${own.filter(({ passed }) => passed).length}/${own.length}`.padStart(11);
    });
    return guest.padEnd(width) + cells.join("") + `${seconds.toFixed(0)} s`.padStart(8);
  });
  return [head, ...lines].join("\n");
}

function groupOf({ name }: Check): string {
  return name.split(":")[0];
}
