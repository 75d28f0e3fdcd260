/** What the native side makes of a record of a Windows trace (`native/windows/src/lines.rs`). */

/** A field's value; 64-bit numbers and addresses are texts. */
export type TraceValue = string | number | null;

/** A record whose layout is known. */
export interface TraceRecord {
  /** In our words: `ProcessStart`, `TcpConnect`. */
  readonly event: string;
  /** Milliseconds since 1970; null where damage left no time. */
  readonly time: number | null;
  /** Who wrote it, where it says so. */
  readonly pid?: number;
  readonly tid?: number;
  readonly sid?: string;
  readonly fields: Readonly<Record<string, TraceValue>>;
}

/** A field as text; empty where there is none. */
export function textField({ fields }: TraceRecord, name: string): string {
  const value = fields[name];
  return value === undefined || value === null ? "" : String(value);
}

/** A field as number, or undefined. */
export function numberField({ fields }: TraceRecord, name: string): number | undefined {
  const value = fields[name];
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}
