/** What a generated page of docs/ is. */
import { ROOT } from "../shared/paths.ts";

/** A page that is made of the sources. */
export interface Page {
  /** From the root of the source tree. */
  readonly path: string;
  /** The whole text. */
  render(): string | Promise<string>;
}

const BEGIN = "<!-- Tables of fields, written by `deno task docs`: -->\n";
const END = "<!-- End of the tables. -->";

/** A page that is written by hand but for its `tables`, between two marks. */
export function pageWithTables(path: string, tables: () => readonly string[]): Page {
  const render = async () => {
    const page = await Deno.readTextFile(`${ROOT}/${path}`);
    const [before, rest] = page.split(BEGIN);
    const after = rest?.split(END)[1];
    if (after === undefined) throw new Error(`${path} has no place for the tables`);
    return `${before}${BEGIN}\n${tables().join("\n")}\n${END}${after}`;
  };
  return { path, render };
}
