import { strictEqual as equals } from "node:assert/strict";
import { readSteps } from "./guest.ts";

Deno.test("steps are found between what the kernel says", () => {
  const console = "[ 1.0] noise\n@@begin kernel\n6.1\n\n@@errors\n@@end 0\n" +
    "@@begin lsm\nlockdown,bpf\n@@errors\nsh: oops\n@@end 127\n[ 9.9] reboot: Power down\n";
  const steps = readSteps(console);
  equals(steps.size, 2);
  equals(steps.get("kernel")!.stdout, "6.1\n\n");
  equals(steps.get("lsm")!.stdout, "lockdown,bpf\n");
  equals(steps.get("lsm")!.stderr, "sh: oops\n");
  equals(steps.get("lsm")!.code, 127);
});

Deno.test("a step that never ended is none", () => {
  equals(readSteps("@@begin selftest\nKernel panic\n").size, 0);
});
