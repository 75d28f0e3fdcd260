/** What is looked at in each guest. */

import { FOLDER, type KernelImage } from "./images.ts";
import { type Check, checkBlocking, checkNoBlocking } from "./blocking.ts";
import { checkEvasions, EVASION_PROGRAMS, EVASION_WORDS } from "./evasions.ts";
import { boot, type GuestRun, type Step } from "./guest.ts";
import { checkPlan } from "./plan.ts";
import { LIBRARY, ROOT } from "../shared/paths.ts";
import { pinnedRuntime } from "../shared/runtime.ts";
import { run } from "../shared/task.ts";

const LIMIT_MS = 240_000;
const GUEST = `${ROOT}/tests/kernels`;
const FILES = ["blocking.sh", "blocking.xml", "unblocked.xml", "evasions.sh", "evasions.xml"];
const STEPS = [
  "step plan monomi plan --json -c /evasions.xml",
  "step selftest monomi selftest --json",
  `step evasions sh /evasions.sh ${EVASION_WORDS}`,
  "step blocking sh /blocking.sh",
  "",
];

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

/** Boots a kernel with the packed program at `program` and looks at what happens there. */
export async function examine(
  program: string,
  image: KernelImage,
  { parameters, hasPrograms }: Variant,
): Promise<Check[]> {
  const guest = await boot(
    image,
    {
      programs: { "/bin/monomi": program, ...await compilePrograms() },
      libraries: [await pinnedRuntime(), LIBRARY],
      files: Object.fromEntries(FILES.map((file) => [`/${file}`, `${GUEST}/${file}`])),
      steps: STEPS.join("\n"),
    },
    parameters,
    LIMIT_MS,
  );
  return checksOf(guest, hasPrograms);
}

/** A guest has no block device, and before 6.6 its file system no attributes of users. */
const NOT_IN_GUESTS: ReadonlySet<number> = new Set([9, 15]);
const DENIALS: ReadonlySet<number> = new Set([27, 28]);

function checkSelftest(step: Step | undefined, console: string, hasPrograms: boolean): Check[] {
  let findings: { event: number; name: string; verdict: string; reason?: string }[];
  try {
    findings = JSON.parse(step!.stdout).events;
  } catch {
    return [{ name: "selftest", passed: false, found: step ? step.stdout + step.stderr : console }];
  }
  return findings.map(({ event, name, verdict, reason }) => {
    const mayBeMissing = NOT_IN_GUESTS.has(event) || (DENIALS.has(event) && !hasPrograms);
    return {
      name: `selftest: ${event} ${name}${verdict === "seen" ? "" : ` (${verdict}: ${reason})`}`,
      passed: verdict === "seen" || (mayBeMissing && verdict !== "missing"),
      found: `${verdict}: ${reason}`,
    };
  });
}

/** The guest's own programs, by path there. They bring their libraries along. */
async function compilePrograms(): Promise<Record<string, string>> {
  const sources = {
    writer: `${GUEST}/writer.c`,
    ...Object.fromEntries(
      EVASION_PROGRAMS.map((name) => [`evasion-${name}`, `${ROOT}/tests/evasion/${name}.c`]),
    ),
  };
  const folder = `${FOLDER}/programs`;
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

function checksOf({ steps, console }: GuestRun, hasPrograms: boolean): Check[] {
  const blocking = steps.get("blocking");
  return [
    ...checkSelftest(steps.get("selftest"), console, hasPrograms),
    ...checkPlan(steps.get("plan"), hasPrograms),
    ...checkEvasions(steps.get("evasions"), hasPrograms),
    ...(hasPrograms ? checkBlocking(blocking) : checkNoBlocking(blocking)),
  ];
}
