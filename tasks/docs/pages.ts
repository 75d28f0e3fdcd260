/** Every page of docs/ that `deno task docs` writes. */
import { DIAGNOSTICS_PAGE } from "./diagnostics.ts";
import { EVENTS_PAGE } from "./events.ts";
import { LINUX_EVENTS_PAGE } from "./linux_events.ts";
import { ECS_PAGE, OCSF_PAGE } from "./mapped_schema.ts";
import type { Page } from "./page.ts";
import { WINDOWS_EVENTS_PAGE } from "./windows_events.ts";

/** All generated pages. */
export const PAGES: readonly Page[] = [
  DIAGNOSTICS_PAGE,
  EVENTS_PAGE,
  LINUX_EVENTS_PAGE,
  WINDOWS_EVENTS_PAGE,
  ECS_PAGE,
  OCSF_PAGE,
];
