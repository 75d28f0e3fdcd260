/** A strict reader of Prometheus' text format, for tests. */

/** A metric family. */
export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: { labels: Record<string, string>; value: number }[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = String.raw`([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"`;

/** Families by name. @throws for anything that the format does not allow, or repeats. */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const families = new Map<string, Family>();
  let current: string | undefined;
  const lines = text.split("\n").slice(0, -1);
  for (let i = 0; i < lines.length; i++) {
    const help = new RegExp(`^# HELP (${NAME}) (.+)$`).exec(lines[i]);
    if (help !== null) {
      const type = new RegExp(`^# TYPE ${help[1]} (counter|gauge)$`).exec(lines[++i] ?? "");
      if (type === null) throw new Error(`no type behind the help of ${help[1]}`);
      if (families.has(help[1])) throw new Error(`${help[1]} comes twice`);
      families.set(help[1], { type: type[1], help: help[2], samples: [] });
      current = help[1];
      continue;
    }
    const sample = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (\\S+)$`).exec(
      lines[i],
    );
    if (sample === null || sample[1] !== current) throw new Error(`unexpected: ${lines[i]}`);
    const pairs = (sample[2] ?? "").matchAll(new RegExp(LABEL, "g"));
    const labels: Record<string, string> = {};
    for (const [, label, value] of pairs) {
      if (label in labels) throw new Error(`${label} twice in ${lines[i]}`);
      labels[label] = value.replace(/\\(.)/g, (_, c) => c === "n" ? "\n" : c);
    }
    const value = Number(sample.at(-1));
    if (Number.isNaN(value)) throw new Error(`no number: ${lines[i]}`);
    const { samples } = families.get(current)!;
    const key = JSON.stringify(labels);
    if (samples.some((other) => JSON.stringify(other.labels) === key)) {
      throw new Error(`twice: ${lines[i]}`);
    }
    samples.push({ labels, value });
  }
  return families;
}
