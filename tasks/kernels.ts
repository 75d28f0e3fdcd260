/**
 * Runs the packed program's self-test on other kernels, in virtual machines.
 *
 * `deno task kernels [SERIES…]`: Debian's kernels, each with and without BPF among the security
 * modules. Software emulation, so that it runs wherever the build does.
 */

import { boot, type GuestRun } from "./kernels/guest.ts";
import { KERNEL_SERIES, kernelImage } from "./kernels/images.ts";
import { pack } from "./pack.ts";
import { FOR_BUILD, FOR_KERNELS, setup } from "./setup.ts";
import { LIBRARY } from "./shared/paths.ts";
import { pinnedRuntime } from "./shared/runtime.ts";
import { asProgram, TaskError } from "./shared/task.ts";

const LIMIT_MS = 240_000;

/** What the kernel's security modules are told, by name of the variant. */
const VARIANTS: Readonly<Record<string, readonly string[]>> = {
  "with BPF LSM": ["lsm=lockdown,yama,bpf"],
  "without BPF LSM": ["lsm=lockdown,yama"],
};

/** One self-test on one kernel. */
export interface KernelResult {
  readonly kernel: string;
  readonly variant: string;
  readonly passed: boolean;
  /** The self-test's table, and its complaints. */
  readonly report: string;
}

/** Boots every kernel in every variant and runs the self-test there. */
export async function testKernels(series: readonly string[]): Promise<KernelResult[]> {
  const program = await pack();
  const runtime = await pinnedRuntime();
  const results: KernelResult[] = [];
  for (const name of series) {
    const image = await kernelImage(name);
    for (const [variant, parameters] of Object.entries(VARIANTS)) {
      const run = await boot(
        image,
        {
          programs: { "/bin/monomi": program },
          libraries: [runtime, LIBRARY],
          files: {},
          steps: "step selftest monomi selftest\n",
        },
        parameters,
        LIMIT_MS,
      );
      results.push({ kernel: image.release, variant, ...verdict(run) });
    }
  }
  return results;
}

function verdict({ steps, console }: GuestRun): Pick<KernelResult, "passed" | "report"> {
  const selftest = steps.get("selftest");
  if (selftest === undefined) return { passed: false, report: console };
  return { passed: selftest.code === 0, report: selftest.stdout + selftest.stderr };
}

await asProgram(import.meta.main, async () => {
  await setup([...FOR_BUILD, ...FOR_KERNELS]);
  const results = await testKernels(Deno.args.length > 0 ? Deno.args : KERNEL_SERIES);
  for (const { kernel, variant, passed, report } of results) {
    console.log(`${kernel}, ${variant}: ${passed ? "passed" : "FAILED"}\n${report}`);
  }
  const failed = results.filter((result) => !result.passed).length;
  if (failed > 0) throw new TaskError(`${failed} of ${results.length} kernels failed`);
});
