/** docs/events-windows.md: its tables of fields; the rest of the page is written by hand. */
import { eventById } from "../../src/schema/mod.ts";
import { TYPE_NAMES } from "../../src/schema_output/types.ts";
import { type Page, pageWithTables } from "./page.ts";
import { gives, isFilled, RECORDED_IDS } from "./windows_fields.ts";

/** The page with fresh tables in their place. */
export const WINDOWS_EVENTS_PAGE: Page = pageWithTables(
  "docs/events-windows.md",
  () => RECORDED_IDS.map(tableOf),
);

function tableOf(id: number): string {
  const { name, fields } = eventById(id)!;
  const cell = (source: "trace" | "own log", field: string) =>
    !gives(source, id) ? "" : isFilled(source, id, field) ? "yes" : "`-`";
  const rows = fields.map((field) =>
    `| ${field.name} | ${TYPE_NAMES[field.type]} | ${cell("trace", field.name)} | ` +
    `${cell("own log", field.name)} |\n`
  );
  const head = "| Field | Type | Trace | Windows' own logs |\n|---|---|---|---|\n";
  return `### Fields of ${id} ${name}\n\n${head}${rows.join("")}`;
}
