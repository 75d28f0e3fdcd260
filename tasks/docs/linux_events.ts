/** docs/events-linux.md: its tables of fields; the rest of the page is written by hand. */
import { EVENTS } from "../../src/schema/mod.ts";
import type { EventDefinition } from "../../src/schema/types.ts";
import { TYPE_NAMES } from "../../src/schema_output/types.ts";
import { meaningOnLinux } from "./linux_fields.ts";
import { type Page, pageWithTables } from "./page.ts";

/** Registry, clipboard and WMI do not exist here. */
const WITHOUT_MEANING: ReadonlySet<number> = new Set([12, 13, 14, 19, 20, 21, 24]);

/** The events that have a meaning on Linux. */
export const EVENTS_ON_LINUX: readonly EventDefinition[] = EVENTS.filter(
  ({ id }) => !WITHOUT_MEANING.has(id),
);

/** The page with fresh tables in their place. */
export const LINUX_EVENTS_PAGE: Page = pageWithTables(
  "docs/events-linux.md",
  () => EVENTS_ON_LINUX.map(tableOf),
);

function tableOf(event: EventDefinition): string {
  const rows = event.fields.map(({ name, type }) =>
    `| ${name} | ${TYPE_NAMES[type]} | ${meaningOnLinux(event.id, name)} |\n`
  );
  const head = "| Field | Type | On Linux |\n|---|---|---|\n";
  return `### Fields of ${event.id} ${event.name}\n\n${head}${rows.join("")}`;
}
