/** Explanations of decisions: for people, and for programs. */
export { explanationToJson } from "./json.ts";
export { COLORED, PLAIN, type Style } from "./style.ts";
export { type Explained, renderExplanation, renderVerdict } from "./text.ts";
