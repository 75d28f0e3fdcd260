/** What a self-test found, as a table. */
import type { Finding, Verdict } from "./selftest.ts";

const MARKS: Readonly<Record<Verdict, string>> = {
  seen: "ok",
  missing: "MISSING",
  "not provoked": "-",
  "not captured": "-",
};
const MARK_WIDTH = Math.max(...Object.values(MARKS).map((mark) => mark.length));
const TIME_WIDTH = "5000 ms".length;

/** How many findings have a verdict. */
export function countOf(findings: readonly Finding[], ...verdicts: Verdict[]): number {
  return findings.filter(({ verdict }) => verdicts.includes(verdict)).length;
}

/** Two lines for each event, the totals at the end. */
export function table(findings: readonly Finding[]): string {
  const nameWidth = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.map((finding) => {
    const { event, name, what, verdict, milliseconds, reason, programs } = finding;
    const time = milliseconds === undefined ? "" : `${milliseconds.toFixed(0)} ms`;
    const detail = reason === undefined
      ? programs.map((program) => program.name).join(", ")
      : `${verdict}: ${reason}`;
    const head = [
      String(event).padStart(3),
      name.padEnd(nameWidth),
      MARKS[verdict].padEnd(MARK_WIDTH),
      time.padStart(TIME_WIDTH),
      what,
    ];
    return `${head.join("  ")}\n     ${detail}`;
  });
  const seen = countOf(findings, "seen");
  const missing = countOf(findings, "missing");
  const rest = countOf(findings, "not provoked", "not captured");
  return `${lines.join("\n")}\n\n${seen} seen, ${missing} missing, ${rest} not tried`;
}
