/**
 * Runs the packed program's self-test on other kernels, in virtual machines.
 *
 * `deno task kernels [SERIES…]`: Debian's kernels, each with and without BPF among the security
 * modules. Software emulation, so that it runs wherever the build does.
 */

import { type Check, checkBlocking, checkNoBlocking } from "./kernels/blocking.ts";
import { checkEvasions, EVASION_PROGRAMS, EVASION_WORDS } from "./kernels/evasions.ts";
import { checkPlan } from "./kernels/plan.ts";
import { boot, type GuestRun } from "./kernels/guest.ts";
import { KERNEL_SERIES, kernelImage } from "./kernels/images.ts";
import { pack } from "./pack.ts";
import { FOR_BUILD, FOR_KERNELS, setup } from "./setup.ts";
import { LIBRARY, ROOT } from "./shared/paths.ts";
import { pinnedRuntime } from "./shared/runtime.ts";
import { asProgram, run, TaskError } from "./shared/task.ts";

const LIMIT_MS = 240_000;

const GUEST = `${ROOT}/tests/kernels`;

const FILES = ["blocking.sh", "blocking.xml", "unblocked.xml", "evasions.sh", "evasions.xml"];
const STEPS = [
  "step plan monomi status --json -c /evasions.xml",
  "step selftest monomi selftest",
  `step evasions sh /evasions.sh ${EVASION_WORDS}`,
  "step blocking sh /blocking.sh",
  "",
];

/** What the kernel's security modules are told, and what they can do then. */
const VARIANTS = [
  { name: "with BPF LSM", parameters: ["lsm=lockdown,yama,bpf"], blocks: true },
  { name: "without BPF LSM", parameters: ["lsm=lockdown,yama"], blocks: false },
];

/** One guest's run. */
export interface KernelResult {
  readonly kernel: string;
  readonly variant: string;
  readonly checks: readonly Check[];
  readonly seconds: number;
}

/** Boots every kernel in every variant and looks at what happens there. */
export async function testKernels(series: readonly string[]): Promise<KernelResult[]> {
  const program = await pack();
  const runtime = await pinnedRuntime();
  const programs = { "/bin/monomi": program, ...await compilePrograms() };
  const results: KernelResult[] = [];
  for (const name of series) {
    const image = await kernelImage(name);
    for (
      const { name: variant, parameters, blocks } of VARIANTS
    ) {
      const begin = performance.now();
      const guest = await boot(
        image,
        {
          programs,
          libraries: [runtime, LIBRARY],
          files: Object.fromEntries(FILES.map((file) => [`/${file}`, `${GUEST}/${file}`])),
          steps: STEPS.join("\n"),
        },
        parameters,
        LIMIT_MS,
      );
      const seconds = (performance.now() - begin) / 1000;
      results.push({ kernel: image.release, variant, checks: checksOf(guest, blocks), seconds });
    }
  }
  return results;
}

/** The guest's own programs, by path there. They bring their libraries along. */
async function compilePrograms(): Promise<Record<string, string>> {
  const sources = {
    writer: `${GUEST}/writer.c`,
    ...Object.fromEntries(
      EVASION_PROGRAMS.map((name) => [`evasion-${name}`, `${ROOT}/tests/evasion/${name}.c`]),
    ),
  };
  const folder = `${ROOT}/build/kernels/programs`;
  await Deno.mkdir(folder, { recursive: true });
  const programs: Record<string, string> = {};
  for (const [name, source] of Object.entries(sources)) {
    programs[`/bin/${name}`] = `${folder}/${name}`;
    await run("cc", [
      ...["-static", "-pthread", "-std=gnu11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra"],
      ...["-o", `${folder}/${name}`, source],
    ]);
  }
  return programs;
}

function checksOf({ steps, console }: GuestRun, blocks: boolean): Check[] {
  const selftest = steps.get("selftest");
  const blocking = steps.get("blocking");
  return [
    {
      name: "selftest",
      passed: selftest?.code === 0,
      found: selftest === undefined ? console : selftest.stdout + selftest.stderr,
    },
    ...checkPlan(steps.get("plan"), blocks),
    ...checkEvasions(steps.get("evasions"), blocks),
    ...(blocks ? checkBlocking(blocking) : checkNoBlocking(blocking)),
  ];
}

await asProgram(import.meta.main, async () => {
  await setup([...FOR_BUILD, ...FOR_KERNELS]);
  const results = await testKernels(Deno.args.length > 0 ? Deno.args : KERNEL_SERIES);
  let failed = 0;
  for (const { kernel, variant, checks, seconds } of results) {
    const bad = checks.filter(({ passed }) => !passed);
    failed += bad.length;
    console.log(
      `${kernel}, ${variant}: ${checks.length - bad.length} passed, ${bad.length} failed ` +
        `(${seconds.toFixed(0)} s)`,
    );
    for (const { name, passed } of checks) console.log(`  ${passed ? "ok    " : "FAILED"} ${name}`);
    for (const { name, found } of bad) console.log(`\n${name}: ${found}`);
  }
  if (failed > 0) throw new TaskError(`${failed} checks failed`);
});
