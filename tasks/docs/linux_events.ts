/** docs/events-linux.md: its tables of fields; the rest of the page is written by hand. */
import { EVENTS } from "../../src/schema/mod.ts";
import type { EventDefinition } from "../../src/schema/types.ts";
import { TYPE_NAMES } from "../../src/schema_output/types.ts";
import { ROOT } from "../shared/paths.ts";
import { meaningOnLinux } from "./linux_fields.ts";
import type { Page } from "./page.ts";

const PATH = "docs/events-linux.md";
const BEGIN = "<!-- Tables of fields, written by `deno task docs`: -->\n";
const END = "<!-- End of the tables. -->";

/** Registry, clipboard and WMI do not exist here. */
const WITHOUT_MEANING: ReadonlySet<number> = new Set([12, 13, 14, 19, 20, 21, 24]);

/** The events that have a meaning on Linux. */
export const EVENTS_ON_LINUX: readonly EventDefinition[] = EVENTS.filter(
  ({ id }) => !WITHOUT_MEANING.has(id),
);

/** The page with fresh tables in their place. */
export const LINUX_EVENTS_PAGE: Page = {
  path: PATH,
  render: async () => {
    const page = await Deno.readTextFile(`${ROOT}/${PATH}`);
    const [before, rest] = page.split(BEGIN);
    const after = rest?.split(END)[1];
    if (after === undefined) throw new Error(`${PATH} has no place for the tables`);
    return `${before}${BEGIN}\n${EVENTS_ON_LINUX.map(tableOf).join("\n")}\n${END}${after}`;
  },
};

function tableOf(event: EventDefinition): string {
  const rows = event.fields.map(({ name, type }) =>
    `| ${name} | ${TYPE_NAMES[type]} | ${meaningOnLinux(event.id, name)} |\n`
  );
  const head = "| Field | Type | On Linux |\n|---|---|---|\n";
  return `### Fields of ${event.id} ${event.name}\n\n${head}${rows.join("")}`;
}
