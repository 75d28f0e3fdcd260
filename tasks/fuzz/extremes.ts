/** Inputs that are extreme as a whole: depth, size, number, entities. */

/** One extreme input, made when it is wanted. */
export interface Extreme {
  readonly name: string;
  readonly file: string;
  make(): string;
}

const DEPTH = 100_000;
const MEGABYTE = 1 << 20;
/** Just below the size from which files are refused unread. */
const HUGE = 8 * MEGABYTE - 1_000;

function filtering(inside: string): string {
  return `<Sysmon schemaversion="4.90"><EventFiltering>${inside}</EventFiltering></Sysmon>`;
}

function created(inside: string): string {
  return filtering(`<ProcessCreate onmatch="include">${inside}</ProcessCreate>`);
}

function xml(name: string, make: () => string): Extreme {
  return { name, file: "extreme.xml", make };
}

function yaml(name: string, make: () => string): Extreme {
  return { name, file: "extreme.yaml", make };
}

/** All of them. */
export const EXTREMES: readonly Extreme[] = [
  xml("deep elements", () => filtering("<RuleGroup>".repeat(DEPTH))),
  xml("deep and closed", () => filtering("<a>".repeat(DEPTH) + "</a>".repeat(DEPTH))),
  xml("a huge attribute", () => created(`<Image name="${"n".repeat(HUGE)}">a</Image>`)),
  xml("a huge value", () => created(`<Image>${"v".repeat(HUGE)}</Image>`)),
  xml("a huge list", () => created(`<Image condition="is any">${"v;".repeat(MEGABYTE)}</Image>`)),
  xml("a huge element name", () => created(`<${"e".repeat(HUGE)}/>`)),
  xml("a huge comment", () => `<!--${"c ".repeat(HUGE / 2)}-->${created("")}`),
  xml("many conditions", () => created("<Image>a</Image>".repeat(60_000))),
  xml("many elements", () => filtering('<ProcessCreate onmatch="include"/>'.repeat(70_000))),
  xml(
    "many attributes",
    () => created(`<Image ${Array.from({ length: 50_000 }, (_, i) => `a${i}="b"`).join(" ")}/>`),
  ),
  xml("many unknown elements", () => filtering("<Unknown/>".repeat(100_000))),
  xml("many references", () => created(`<Image>${"&amp;".repeat(MEGABYTE)}</Image>`)),
  xml("nothing but openings", () => "<".repeat(HUGE)),
  xml("nothing but white space", () => " ".repeat(HUGE)),
  xml("an entity bomb", () => {
    const lines = Array.from(
      { length: 30 },
      (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`,
    );
    return `<!DOCTYPE Sysmon [<!ENTITY e0 "lol">${lines.join("")}]>${
      created("<Image>&e30;</Image>")
    }`;
  }),
  yaml("deep lists", () => "[".repeat(DEPTH)),
  yaml("deep maps", () => "{a: ".repeat(DEPTH)),
  yaml("deep block lists", () => "- ".repeat(DEPTH)),
  yaml("an alias bomb", () => {
    const lines = Array.from(
      { length: 30 },
      (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(10)}]\n`,
    );
    return `a0: &a0 lol\n${lines.join("")}`;
  }),
  yaml("a huge text", () => `schemaversion: "${"4".repeat(HUGE)}"`),
  yaml("many keys", () => Array.from({ length: 60_000 }, (_, i) => `key${i}: value\n`).join("")),
];
