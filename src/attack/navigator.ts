/** Coverage as a layer of the ATT&CK Navigator (layer format 4.5). */
import { basename } from "node:path";
import type { Coverage, TechniqueCoverage } from "./coverage.ts";

const MAX_NAMES = 10;

/** The layer: the score of a technique is the number of its rules. */
export function navigatorLayer({ config, techniques }: Coverage) {
  const scores = techniques.map(({ rules }) => rules.length);
  return {
    name: basename(config.source.fileName),
    versions: { layer: "4.5" },
    domain: "enterprise-attack",
    description: "Rules whose names speak of a technique, as counted by monomi coverage",
    sorting: 3,
    hideDisabled: false,
    techniques: techniques.map((technique) => ({
      techniqueID: technique.id,
      score: technique.rules.length,
      comment: comment(technique),
      enabled: true,
      showSubtechniques: technique.id.includes("."),
    })),
    gradient: {
      colors: ["#e8f1fa", "#08519c"],
      minValue: 0,
      maxValue: Math.max(1, ...scores),
    },
    legendItems: [],
    metadata: [],
  };
}

function comment({ byTag, rules }: TechniqueCoverage): string {
  const events = [...byTag].map(([tag, count]) => `${tag}: ${count}`).join(", ");
  const names = [...new Set(rules.flatMap((rule) => rule.names))];
  const more = names.length > MAX_NAMES ? [`… ${names.length - MAX_NAMES} more`] : [];
  return [events, ...names.slice(0, MAX_NAMES), ...more].join("\n");
}
