/**
 * The packed program on Debian's kernels, in virtual machines: the verifier takes every program, names of
 * files have one source, evasions are seen, blocking blocks. Skipped where no machine can be had.
 */
import assert from "node:assert/strict";
import { examine, guestName, VARIANTS } from "../tasks/kernels/examine.ts";
import { KERNEL_SERIES, type KernelImage, kernelImage } from "../tasks/kernels/images.ts";
import { boot } from "../tasks/kernels/guest.ts";
import { FOR_KERNELS } from "../tasks/setup.ts";
import { isInstalled } from "../tasks/shared/task.ts";
import { MONOMI } from "./support/environment.ts";

const NEWEST = await imageOf(KERNEL_SERIES.at(-1)!);

for (const series of KERNEL_SERIES) {
  const image = await imageOf(series);
  for (const variant of VARIANTS) {
    const name = guestName(series, variant);
    const skipped = typeof image === "string" ? image : undefined;
    Deno.test({
      name: skipped === undefined ? name : `${name} (skipped: ${skipped})`,
      ignore: skipped !== undefined,
      fn: async (t) => {
        for (
          const { name, passed, found } of await examine(MONOMI, image as KernelImage, variant)
        ) {
          await t.step(name, () => assert.ok(passed, found));
        }
      },
    });
  }
}

Deno.test({
  name: "a guest that hangs is booted once more, and never passes for one that ran",
  ignore: typeof NEWEST === "string",
  fn: async () => {
    const files = { programs: {}, libraries: [], files: {}, steps: "step hang sleep 600\n" };
    const patience = { limitMs: 3_000, silenceMs: 3_000 };
    await assert.rejects(boot(NEWEST as KernelImage, files, [], patience), /hung twice/);
  },
});

/** A kernel that can be booted, or why there is none. */
async function imageOf(series: string): Promise<KernelImage | string> {
  const missing = FOR_KERNELS.filter(({ program }) => !isInstalled(program));
  if (missing.length > 0) return `${missing[0].program} is not installed`;
  try {
    return await kernelImage(series);
  } catch (error) {
    return (error as Error).message.split("\n")[0];
  }
}
