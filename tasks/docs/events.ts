/** docs/events.md: the event reference. */

import { OLDEST_CONFIGURATION_VERSION, SCHEMA_VERSIONS } from "../../src/schema/mod.ts";
import { printMarkdown } from "../../src/schema_output/mod.ts";
import type { Page } from "./page.ts";

const VERSIONS = SCHEMA_VERSIONS.filter((v) => v.number >= OLDEST_CONFIGURATION_VERSION);

/** As `monomi schema all --markdown` prints it. */
export const EVENTS_PAGE: Page = {
  path: "docs/events.md",
  render: () => `${printMarkdown(VERSIONS)}\n`,
};
