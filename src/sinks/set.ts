/**
 * All sinks of a run: each event is rendered once per format and handed to every target of it.
 */
import { createHash } from "node:crypto";
import type { Event } from "../events/event.ts";
import { wantsColor } from "../output/color.ts";
import type { EventLogAccess } from "./eventlog/sender.ts";
import { rendererOf, type SinkFormat } from "./formats.ts";
import type { TargetKind } from "./kind.ts";
import { kindOf, targetOf } from "./kinds.ts";
import type { SocketCalls } from "./local_socket.ts";
import { QueuedTarget } from "./queued_target.ts";
import type { Renderer } from "./renderer.ts";
import { Spool } from "./spool/spool.ts";
import { type SinkSpec, SinkSyntaxError } from "./spec.ts";
import type { Target, TargetCounters, TargetOptions } from "./target.ts";

/** What the sinks need to know about their host and user. */
export interface SinkOptions extends TargetOptions {
  /** Name of the host that the events are from. */
  readonly computer: string;
  /** The sensor's process id. */
  readonly processId: number;
  /** The sensor's effective user id. */
  readonly userId: number;
  /** Milliseconds since 1970, for XML's time of formatting. */
  readonly clock?: () => number;
  /** Header of event 100 as Sysmon for Linux prints it (Q25). */
  readonly sysmonParity?: boolean;
  /** Colours in `pretty` on standard output; {@link wantsColor} when absent. */
  readonly color?: boolean;
  /** `pretty` indents processes under their parents. */
  readonly tree?: boolean;
  /** What syslog sinks send with; without it there can be none. */
  readonly sockets?: SocketCalls;
  /** What a sink to Windows' event log writes with; without it there can be none. */
  readonly eventLog?: EventLogAccess;
  /**
   * A private directory that outlives the run, for spools; without it nothing waits on disk.
   */
  readonly stateDirectory?: string;
}

/** What became of the events given to one sink. */
export interface SinkCounters extends Readonly<TargetCounters> {
  /** `json to file /var/log/x`. */
  readonly name: string;
}

/** All sinks of a run; no sink's trouble stops the others. */
export interface SinkSet {
  /** Resolves, with a reason, once no sink can deliver anything any more. */
  readonly broken: Promise<string>;
  /** Renders and queues `events[0]` to `events[count - 1]`. Never blocks. */
  write(events: readonly Event[], count: number): void;
  /**
   * Undefined while more events are welcome to all targets, or to any; else a promise for that moment,
   * see {@link Target.ready}. All when absent.
   */
  ready(whom?: "all" | "any"): Promise<void> | undefined;
  flush(): Promise<void>;
  close(): Promise<void>;
  /** Counters of each sink, in the order of the specs. */
  counters(): SinkCounters[];
}

/** Sinks that were opened from their texts. */
export interface OpenSinks extends SinkSet {
  /** Whether one of them needs the network. */
  readonly needsNetwork: boolean;
}

/** Lines rendered at a time: few enough that their text is garbage while it is still young. */
const SLICE = 256;

interface Group {
  readonly render: Renderer;
  readonly targets: Target[];
}

/**
 * Opens all sinks, or none.
 *
 * @throws {SinkSyntaxError} if two sinks have the same target.
 * @throws {RefusedPathError} or a system error for a file that cannot be written.
 */
export function openSinks(specs: readonly SinkSpec[], options: SinkOptions): OpenSinks {
  refuseTwice(specs);
  const runId = crypto.randomUUID();
  const groups = new Map<string, Group>();
  const sinks: { name: string; target: Target }[] = [];
  try {
    for (const spec of specs) {
      const { format, place } = spec;
      const kind = kindOf(place);
      const color = place.kind === "stdout" && (options.color ?? wantsColor());
      const key = [format, format === "pretty" && color, kind.line && kind.kind].join();
      let group = groups.get(key);
      if (group === undefined) {
        group = { render: rendererFor(format, kind, { ...options, color }), targets: [] };
        groups.set(key, group);
      }
      const target = openTarget(spec, kind, options, runId);
      group.targets.push(target);
      sinks.push({ name: `${format} to ${target.name}`, target });
    }
  } catch (error) {
    for (const { target } of sinks) target.close();
    throw error;
  }
  return new Sinks([...groups.values()], sinks, specs.some(({ isRemote }) => isRemote));
}

/** @throws {SinkSyntaxError} */
function refuseTwice(specs: readonly SinkSpec[]): void {
  specs.forEach((spec, i) => {
    if (specs.slice(0, i).some((other) => targetOf(other) === targetOf(spec))) {
      throw new SinkSyntaxError(`Two sinks write to ${targetOf(spec)}; give each its own target`);
    }
  });
}

function rendererFor(
  format: SinkFormat,
  kind: TargetKind,
  options: SinkOptions & { readonly color: boolean },
): Renderer {
  const formatted = rendererOf(format, options);
  return kind.line?.(formatted, rendererOf("json", options)) ?? formatted;
}

function openTarget(
  spec: SinkSpec,
  kind: TargetKind,
  options: SinkOptions,
  runId: string,
): Target {
  const { format, place } = spec;
  const name = kind.name(place);
  const tell = (message: string) => options.onProblem?.(`${name}: ${message}`);
  const sender = kind.open(place, { ...options, format, runId, tell });
  try {
    const spool = openSpool(spec, name, sender.separator, options, tell);
    return new QueuedTarget(name, sender, options, spool);
  } catch (error) {
    sender.close();
    throw error;
  }
}

/** Where the target's lines wait on disk; a target of the same name finds what an earlier run left. */
function openSpool(
  { format, spoolBytes, spoolFull }: SinkSpec,
  name: string,
  separator: number,
  { stateDirectory }: SinkOptions,
  tell: (message: string) => void,
): Spool | undefined {
  if (stateDirectory === undefined || spoolBytes === 0) return undefined;
  const path = `${stateDirectory}/spool/${directoryName(`${format} ${name}`)}`;
  const spool = new Spool(path, { separator, limitBytes: spoolBytes, full: spoolFull });
  if (spool.tornBytes > 0) {
    tell(`cut ${spool.tornBytes} bytes off the spool that an earlier run had not written whole`);
  }
  return spool;
}

/** A readable and unique name. */
function directoryName(text: string): string {
  const readable = text.replaceAll(/[^A-Za-z0-9.]+/g, "-").slice(0, 60);
  return `${readable}-${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
}

class Sinks implements OpenSinks {
  readonly broken: Promise<string>;
  readonly needsNetwork: boolean;
  readonly #groups: readonly Group[];
  readonly #sinks: readonly { name: string; target: Target }[];
  readonly #lines: string[] = [];

  constructor(
    groups: readonly Group[],
    sinks: readonly { name: string; target: Target }[],
    needsNetwork: boolean,
  ) {
    this.needsNetwork = needsNetwork;
    this.#groups = groups;
    this.#sinks = sinks;
    this.broken = sinks.length === 0
      ? new Promise(() => {})
      : Promise.all(sinks.map(({ name, target }) => target.broken.then((why) => `${name}: ${why}`)))
        .then((reasons) => reasons.join("; "));
  }

  write(events: readonly Event[], count: number): void {
    const lines = this.#lines;
    for (const { render, targets } of this.#groups) {
      for (let first = 0; first < count; first += SLICE) {
        const size = Math.min(SLICE, count - first);
        for (let i = 0; i < size; i++) lines[i] = render(events[first + i]);
        for (const target of targets) target.write(lines, size, events, first);
      }
    }
    // Keeps the array, not the text.
    lines.length = 0;
  }

  ready(whom: "all" | "any" = "all"): Promise<void> | undefined {
    let waiting: Promise<void>[] | undefined;
    for (const { target } of this.#sinks) {
      const ready = target.ready();
      if (ready !== undefined) (waiting ??= []).push(ready);
      else if (whom === "any") return undefined;
    }
    if (waiting === undefined) return undefined;
    return whom === "any" ? Promise.race(waiting) : Promise.all(waiting).then(() => {});
  }

  async flush(): Promise<void> {
    await Promise.all(this.#sinks.map(({ target }) => target.flush()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#sinks.map(({ target }) => target.close()));
  }

  counters(): SinkCounters[] {
    return this.#sinks.map(({ name, target }) => ({ name, ...target.counters }));
  }
}
