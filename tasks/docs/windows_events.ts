/** docs/events-windows.md: its tables of fields; the rest of the page is written by hand. */
import { eventById } from "../../src/schema/mod.ts";
import { TYPE_NAMES } from "../../src/schema_output/types.ts";
import { ROOT } from "../shared/paths.ts";
import type { Page } from "./page.ts";
import { gives, isFilled, RECORDED_IDS } from "./windows_fields.ts";

const PATH = "docs/events-windows.md";
const BEGIN = "<!-- Tables of fields, written by `deno task docs`: -->\n";
const END = "<!-- End of the tables. -->";

/** The page with fresh tables in their place. */
export const WINDOWS_EVENTS_PAGE: Page = {
  path: PATH,
  render: async () => {
    const page = await Deno.readTextFile(`${ROOT}/${PATH}`);
    const [before, rest] = page.split(BEGIN);
    const after = rest?.split(END)[1];
    if (after === undefined) throw new Error(`${PATH} has no place for the tables`);
    return `${before}${BEGIN}\n${RECORDED_IDS.map(tableOf).join("\n")}\n${END}${after}`;
  },
};

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
