/**
 * What a kind of target is: the contract between the table of kinds and the files that add to it.
 */
import type { Renderer } from "./renderer.ts";
import type { Sender } from "./queued_target.ts";
import type { Settings } from "./settings.ts";
import type { SinkFormat } from "./formats.ts";
import type { SinkOptions } from "./set.ts";

/** A target as its text was understood; each kind adds its own properties. */
export interface SinkPlace {
  readonly kind: string;
}

/** What a target is opened with. */
export interface OpenOptions extends SinkOptions {
  readonly format: SinkFormat;
  /** Random, one a run: without a state directory record ids begin again at 1 with each. */
  readonly runId: string;
  /** Tells people about what concerns this target, whose name is put in front. */
  readonly tell: (message: string) => void;
}

/** A kind of target: how its text is read and how it is opened. */
export interface TargetKind<Place extends SinkPlace = SinkPlace> {
  readonly kind: Place["kind"];
  /**
   * Whether it needs the network: the program then keeps the permission to use it, and what the
   * receiver cannot take waits on disk.
   */
  readonly isRemote: boolean;
  /** Whether it needs {@link SinkOptions.sockets}. */
  readonly needsLocalSockets?: boolean;
  /** The only format that it writes, where it has a choice of one. */
  readonly format?: SinkFormat;
  /** Whether a target's text is one of this kind. */
  accepts(target: string): boolean;
  /** Reads the text and takes the options it knows. @throws {SinkSyntaxError} */
  read(target: string, settings: Settings): Place;
  /** For people and unique among the targets of a run: `stdout`, `file /var/log/x`. */
  name(place: Place): string;
  /**
   * Opens it. What is not there yet but may come (a server) is no error.
   *
   * @throws what makes the target unusable for good.
   */
  open(place: Place, options: OpenOptions): Sender;
  /** For targets whose lines hold more than the format's text. */
  line?(formatted: Renderer, json: Renderer): Renderer;
}
