/** What was measured: one figure a row, kept raw, and what follows from many rows. */

/** One figure. */
export interface Measurement {
  readonly benchmark: string;
  /** Who watched: `none`, `monomi`, `auditd`, …; empty where nobody is compared. */
  readonly sensor: string;
  /** Counts from 1; 0 where there are no rounds. */
  readonly round: number;
  /** With its unit as its ending, such as `rate_per_s`. */
  readonly quantity: string;
  readonly value: number | string;
}

/** All figures of a run, in the order in which they were measured. */
export class Results {
  readonly rows: Measurement[] = [];

  /** Adds the figures of one round. Figures that are undefined were not measured. */
  add(
    benchmark: string,
    sensor: string,
    round: number,
    figures: Readonly<Record<string, number | string | undefined>>,
  ): void {
    for (const [quantity, value] of Object.entries(figures)) {
      if (value !== undefined) this.rows.push({ benchmark, sensor, round, quantity, value });
    }
  }

  /** The sensors of a benchmark, in the order of their first row. */
  sensors(benchmark: string): string[] {
    const rows = this.rows.filter((row) => row.benchmark === benchmark);
    return [...new Set(rows.map((row) => row.sensor))];
  }

  /** A quantity of all rounds, by round. */
  rounds(benchmark: string, sensor: string, quantity: string): Map<number, number> {
    const found = this.rows.filter((row) =>
      row.benchmark === benchmark && row.sensor === sensor && row.quantity === quantity
    );
    return new Map(found.map(({ round, value }) => [round, Number(value)]));
  }

  /** The median over the rounds; undefined when the quantity was not measured. */
  median(benchmark: string, sensor: string, quantity: string): number | undefined {
    return median([...this.rounds(benchmark, sensor, quantity).values()]);
  }

  /** The sum over the rounds; undefined when the quantity was not measured. */
  sum(benchmark: string, sensor: string, quantity: string): number | undefined {
    const values = [...this.rounds(benchmark, sensor, quantity).values()];
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
  }

  /** Per round, a sensor's figure divided by another's in the same round. */
  pairwiseRatios(
    benchmark: string,
    sensor: string,
    divisor: string,
    quantity: string,
  ): number[] {
    const divisors = this.rounds(benchmark, divisor, quantity);
    return [...this.rounds(benchmark, sensor, quantity)].flatMap(([round, value]) => {
      const other = divisors.get(round);
      return other === undefined ? [] : [value / other];
    });
  }

  /** All rows as comma-separated values (RFC 4180) under a line of titles. */
  csv(): string {
    const titles = ["benchmark", "sensor", "round", "quantity", "value"];
    const lines = this.rows.map(({ benchmark, sensor, round, quantity, value }) =>
      [benchmark, sensor, round, quantity, value].map(cell).join(",")
    );
    return [titles.join(","), ...lines, ""].join("\r\n");
  }
}

function cell(value: number | string): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The middle value, or the mean of the two in the middle; undefined when there is none. */
export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Distance from the smallest to the largest value, as a share of the median. */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  return middle === undefined ? 0 : (Math.max(...values) - Math.min(...values)) / middle;
}
