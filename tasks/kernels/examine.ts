/** What is looked at in each guest. */

import { FOLDER, KERNEL_SERIES, type KernelImage } from "./images.ts";
import { checkClock } from "./clock.ts";
import { type Check, checkBlocking, checkNoBlocking } from "./blocking.ts";
import { checkEvasions, EVASION_PROGRAMS, EVASION_WORDS } from "./evasions.ts";
import { boot, type GuestRun, type Step } from "./guest.ts";
import { checkModules, SPARE_MODULE } from "./modules.ts";
import { checkPlan } from "./plan.ts";
import { checkNoProtection, checkProtection } from "./protection.ts";
import { checkStorm } from "./storm.ts";
import { LIBRARY, ROOT } from "../shared/paths.ts";
import { pinnedRuntime } from "../shared/runtime.ts";
import { run } from "../shared/task.ts";

const PATIENCE = { limitMs: 720_000, silenceMs: 300_000 };
const GUEST = `${ROOT}/tests/kernels`;
const FILES = [
  ...["watched.sh", "blocking.sh", "blocking.xml", "unblocked.xml", "seen.sh", "seen.xml"],
  ...["clock.sh", "clock.xml", "sensor.sh", "storm.sh", "protection.sh"],
];
const STEPS = [
  "step plan monomi plan --json -c /storm.xml",
  "step selftest sh -c 'mount --bind /ext /tmp; " +
  `monomi selftest --json --module /lib/${SPARE_MODULE}.ko; code=$?; umount /tmp; exit $code'`,
  `step watched sh /watched.sh ${EVASION_WORDS}`,
  "step protection sh /protection.sh",
  "step storm sh /storm.sh 4M 32",
  "step loss sh /storm.sh 16K 32 deaf",
  "",
];
/** Last: what comes behind it would be an hour early. */
const CLOCK_STEP = "step clock sh /clock.sh\n";

/** What a guest's security modules are told, and whether programs can be among them. */
export interface Variant {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly hasPrograms: boolean;
}

/** Every variant that a kernel is booted in. */
export const VARIANTS: readonly Variant[] = [
  { name: "with BPF LSM", parameters: ["lsm=lockdown,yama,bpf"], hasPrograms: true },
  { name: "without BPF LSM", parameters: ["lsm=lockdown,yama"], hasPrograms: false },
];

/** What the test of a kernel in a variant is called. */
export function guestName(series: string, { name }: Variant): string {
  return `kernel ${series} ${name}`;
}

/** Boots a kernel with the packed program at `program` and looks at what happens there. */
export async function examine(
  program: string,
  image: KernelImage,
  { parameters, hasPrograms }: Variant,
): Promise<Check[]> {
  // Times do not depend on security modules, and hardly on the kernel.
  const isClockSet = !hasPrograms && image.series === KERNEL_SERIES.at(-1);
  // Several guests may be made at a time.
  const folder = await Deno.makeTempDir({ dir: FOLDER, prefix: "programs-" });
  try {
    const guest = await boot(
      image,
      {
        programs: { "/bin/monomi": program, ...await compilePrograms(folder) },
        libraries: [await pinnedRuntime(), LIBRARY],
        files: {
          ...Object.fromEntries(FILES.map((file) => [`/${file}`, `${GUEST}/${file}`])),
          "/storm.xml": `${ROOT}/fixtures/e2e/storm.xml`,
        },
        modules: ["loop"],
        spareModules: [SPARE_MODULE],
        steps: STEPS.join("\n") + (isClockSet ? CLOCK_STEP : ""),
      },
      parameters,
      PATIENCE,
    );
    return [
      ...checksOf(guest, hasPrograms),
      ...(isClockSet ? checkClock(guest.steps.get("clock"), guest.console) : []),
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const DENIALS: ReadonlySet<number> = new Set([27, 28]);

function checkSelftest(step: Step | undefined, console: string, hasPrograms: boolean): Check[] {
  let findings: { event: number; name: string; verdict: string; reason?: string }[];
  try {
    findings = JSON.parse(step!.stdout).events;
  } catch {
    return [{ name: "selftest", passed: false, found: step ? step.stdout + step.stderr : console }];
  }
  return findings.map(({ event, name, verdict, reason }) => {
    const mayBeMissing = DENIALS.has(event) && !hasPrograms;
    return {
      name: `selftest: ${event} ${name}${verdict === "seen" ? "" : ` (${verdict}: ${reason})`}`,
      passed: verdict === "seen" || (mayBeMissing && verdict !== "missing"),
      found: `${verdict}: ${reason}`,
    };
  });
}

/** The guest's own programs, compiled in `folder`, by path there. They bring their libraries along. */
async function compilePrograms(folder: string): Promise<Record<string, string>> {
  const sources = {
    writer: `${GUEST}/writer.c`,
    loader: `${GUEST}/loader.c`,
    interfere: `${ROOT}/tests/load/interfere.c`,
    ...Object.fromEntries(
      EVASION_PROGRAMS.map((name) => [`evasion-${name}`, `${ROOT}/tests/evasion/${name}.c`]),
    ),
  };
  const programs: Record<string, string> = {};
  const compile = async (name: string, source: string, ...options: string[]) => {
    programs[`/bin/${name}`] = `${folder}/${name}`;
    await run("cc", [
      ...["-pthread", "-std=gnu11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", ...options],
      ...["-o", `${folder}/${name}`, source],
    ]);
  };
  for (const [name, source] of Object.entries(sources)) await compile(name, source, "-static");
  // Its children load a library, which is an event.
  await compile("mixed_storm", `${ROOT}/tests/load/mixed_storm.c`);
  return programs;
}

function checksOf({ steps, console, hung }: GuestRun, hasPrograms: boolean): Check[] {
  const watched = steps.get("watched");
  const second = { name: "boot: the second; the first guest hung", passed: true, found: "" };
  return [
    ...(hung === undefined ? [] : [second]),
    ...checkSelftest(steps.get("selftest"), console, hasPrograms),
    ...checkModules(watched),
    ...checkPlan(steps.get("plan"), hasPrograms),
    ...checkEvasions(watched, hasPrograms),
    ...(hasPrograms ? checkBlocking(watched) : checkNoBlocking(watched)),
    ...(hasPrograms ? checkProtection : checkNoProtection)(steps.get("protection")),
    ...checkStorm(steps.get("storm"), console, false),
    ...checkStorm(steps.get("loss"), console, true),
  ];
}
