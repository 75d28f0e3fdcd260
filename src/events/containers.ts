/**
 * Container records: they give processes their place before events of these are built.
 */
import { containerOf } from "./cgroup_path.ts";
import type { Decoding } from "./decoding.ts";
import { MISSING } from "./event.ts";
import type { Container, Placement } from "./placement.ts";
import type { Process } from "./process.ts";
import { ContainerLayout, Flag, HeaderLayout } from "./record_layout.ts";

/** More than the kernel side takes for told (4,096), so that it never relies on a forgotten one. */
const GROUPS_KEPT = 16_384;

/** A placement whose process is not known yet: the record of its exec comes next. */
interface Announced {
  readonly pid: number;
  readonly startLow: number;
  readonly startHigh: number;
  readonly execId: number;
  /** Without a hostImage where that is the image. */
  readonly placement: Placement | undefined;
}

/** Control groups by number, and what was said about a process to come. */
export class Containers {
  /** Least recently used first. */
  readonly #groups = new Map<string, Container | undefined>();
  #announced: Announced | undefined;

  /** How many control groups are remembered. */
  get size(): number {
    return this.#groups.size;
  }

  /** Remembers what a control group is. */
  learn(key: string, container: Container | undefined): void {
    this.#groups.delete(key);
    this.#groups.set(key, container);
    if (this.#groups.size > GROUPS_KEPT) {
      this.#groups.delete(this.#groups.keys().next().value!);
    }
  }

  /** The container that a control group belongs to, if any. */
  find(key: string): Container | undefined {
    if (!this.#groups.has(key)) return undefined;
    const container = this.#groups.get(key);
    this.learn(key, container);
    return container;
  }

  /** Keeps a placement until its process executes. */
  announce(announced: Announced): void {
    this.#announced = announced;
  }

  /** Gives a process that just executed the place that was announced for it. */
  settle(process: Process): void {
    const announced = this.#announced;
    if (announced === undefined || announced.pid !== process.pid) return;
    this.#announced = undefined;
    if (!process.is(announced.startLow, announced.startHigh, announced.execId)) return;
    const { placement } = announced;
    const hostImage = placement?.hostImage || process.face.image;
    process.placement = placement && { ...placement, hostImage };
  }
}

/** Where a process runs: no event, but what later ones say. */
export function decodeContainer(decoding: Decoding, at: number, size: number): undefined {
  const { batch, processes, containers } = decoding;
  const groupLength = batch.word(at + ContainerLayout.groupLen);
  const legacyLength = batch.word(at + ContainerLayout.legacyLen);
  const imageLength = batch.word(at + ContainerLayout.imageLen);
  if (ContainerLayout.bytes + groupLength + legacyLength + imageLength > size) {
    decoding.counters.unknown++;
    return;
  }
  const group = at + ContainerLayout.group;
  const legacy = at + ContainerLayout.legacyGroup;
  const key = [group, group + 4, legacy, legacy + 4].map((word) => batch.word(word)).join();
  const texts = at + ContainerLayout.bytes;
  if (batch.word(at + ContainerLayout.hasGroups) !== 0) {
    const path = batch.keptText(at, texts, groupLength);
    const legacyPath = batch.keptText(at, texts + groupLength, legacyLength);
    containers.learn(key, containerOf(path) ?? containerOf(legacyPath));
  }
  const container = containers.find(key);
  const start = at + HeaderLayout.processStart;
  const identity = {
    pid: batch.word(at + HeaderLayout.pid),
    startLow: batch.word(start),
    startHigh: batch.word(start + 4),
    execId: batch.word(at + HeaderLayout.execId),
  };
  const { pid, startLow, startHigh, execId } = identity;
  const known = processes.exactly(pid, startLow, startHigh, execId);
  const image = batch.keptText(at, texts + groupLength + legacyLength, imageLength);
  const placement = container && {
    container,
    pid: batch.word(at + ContainerLayout.ownPid),
    hostImage: image || known?.placement?.hostImage ||
      (batch.flag(at, Flag.FOREIGN) ? MISSING : known?.face.image ?? ""),
  };
  if (known === undefined) containers.announce({ ...identity, placement });
  else known.placement = placement;
}
