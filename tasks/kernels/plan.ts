/** What `monomi plan` says in a guest: every program passes the verifier, and the best source is taken. */

import type { Check } from "./blocking.ts";
import type { AttachPlan } from "../../src/sources/native_answers.ts";
import type { Step } from "./guest.ts";

/** `inside`: whether BPF is among the guest's security modules. */
export function checkPlan(step: Step | undefined, inside: boolean): Check[] {
  let plan: AttachPlan;
  try {
    plan = JSON.parse(step!.stdout);
  } catch {
    return [{ name: "plan", passed: false, found: step ? step.stdout + step.stderr : "no step" }];
  }
  const refused = plan.programs.filter((program) => program.refused !== null);
  const attached = plan.programs.filter(({ hooks }) => hooks.length > 0).map(({ name }) => name);
  const insiders = attached.filter((name) => name.startsWith("name_"));
  const hooksOf = (name: string) => plan.programs.find((one) => one.name === name)?.hooks ?? [];
  const datagrams = {
    inside: hooksOf("network_send").length > 0,
    atCalls: hooksOf("network_message").includes("sys_exit_sendto"),
  };
  const callers = attached.filter((name) => name.startsWith("file_"));
  return [
    {
      name: `verifier: ${plan.programs.length} programs accepted`,
      passed: refused.length === 0 && plan.programs.length > 0,
      found: JSON.stringify(refused, null, 1),
    },
    {
      name: `plan: names of files ${inside ? "inside the kernel" : "at system calls"}, not both`,
      passed: plan.namesInside.possible === inside && (insiders.length > 0) === inside &&
        (callers.length === 0) === inside,
      found: JSON.stringify({ namesInside: plan.namesInside, attached }),
    },
    {
      name: `plan: datagrams ${
        datagrams.inside ? "inside the kernel" : "at system calls"
      }, not both`,
      passed: datagrams.inside !== datagrams.atCalls,
      found: JSON.stringify(datagrams),
    },
    {
      name: `plan: blocking is ${inside ? "possible" : "not possible"}`,
      passed: plan.blocking.possible === inside,
      found: JSON.stringify(plan.blocking),
    },
  ];
}
