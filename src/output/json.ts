/** JSON that no terminal obeys: hidden characters, also those that JSON allows, are escaped. */
import { HIDDEN } from "./hidden.ts";

const HIDDEN_CHARACTER = new RegExp(`(?!\n)[${HIDDEN}]`, "gu");

/** Indented, on many lines. */
export function jsonText(value: unknown): string {
  return escapeHidden(JSON.stringify(value, null, 2));
}

/** On one line. */
export function jsonLine(value: unknown): string {
  return escapeHidden(JSON.stringify(value));
}

function escapeHidden(json: string): string {
  return json.replace(HIDDEN_CHARACTER, (character) => {
    const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}
