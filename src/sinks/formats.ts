/**
 * How events can be written: one line a format.
 */
import { jsonRenderer } from "./json.ts";
import { ecsRenderer } from "./mapping/ecs.ts";
import { ocsfRenderer } from "./mapping/ocsf.ts";
import { prettyRenderer } from "./pretty.ts";
import type { Renderer } from "./renderer.ts";
import type { SinkOptions } from "./set.ts";
import { xmlRenderer } from "./xml.ts";

/** What a renderer is made with. */
export interface FormatOptions extends SinkOptions {
  /** Colours; only on a terminal. */
  readonly color: boolean;
}

const FORMATS = {
  json: jsonRenderer,
  xml: xmlRenderer,
  pretty: prettyRenderer,
  ecs: ecsRenderer,
  ocsf: ocsfRenderer,
} as const satisfies Record<string, (options: FormatOptions) => Renderer>;

/** How events are written. */
export type SinkFormat = keyof typeof FORMATS;

/** Their names. */
export const SINK_FORMATS = Object.keys(FORMATS) as readonly SinkFormat[];

/** Makes the renderer of a format. */
export function rendererOf(format: SinkFormat, options: FormatOptions): Renderer {
  return FORMATS[format](options);
}
