/** What kind of text fields hold, as far as the lint judges operands by it. */

const FILES: ReadonlySet<string> = new Set([
  "Image",
  "ParentImage",
  "SourceImage",
  "TargetImage",
  "ImageLoaded",
  "TargetFilename",
]);
const OTHER_PATHS: ReadonlySet<string> = new Set(["CurrentDirectory", "Device", "StartModule"]);
const COMMAND_LINES: ReadonlySet<string> = new Set(["CommandLine", "ParentCommandLine"]);
/** Fields in which blanks, semicolons and stars are as likely as any other character. */
const FREE_TEXTS: ReadonlySet<string> = new Set([
  ...COMMAND_LINES,
  "CallTrace",
  "ClientInfo",
  "Company",
  "Consumer",
  "Contents",
  "Description",
  "Destination",
  "Details",
  "FileVersion",
  "Filter",
  "Name",
  "Product",
  "Query",
  "QueryResults",
  "Signature",
]);
const WITHOUT_STARS: ReadonlySet<string> = new Set([
  ...FILES,
  ...OTHER_PATHS,
  "PipeName",
  "QueryName",
  "SourceHostname",
  "DestinationHostname",
  "OriginalFileName",
]);

/** Fields that hold the whole path of a file. */
export function holdsFile(field: string): boolean {
  return FILES.has(field);
}

/** Fields that hold a path of the file system. */
export function holdsPath(field: string): boolean {
  return FILES.has(field) || OTHER_PATHS.has(field);
}

/** Fields that hold a command line. */
export function holdsCommandLine(field: string): boolean {
  return COMMAND_LINES.has(field);
}

/** Fields in which anything may stand. */
export function holdsFreeText(field: string): boolean {
  return FREE_TEXTS.has(field);
}

/** Fields whose texts have no `*` or `?`. */
export function neverHasWildcards(field: string): boolean {
  return WITHOUT_STARS.has(field);
}

/** Fields that hold the path of a registry key or value. */
export function holdsRegistryPath(field: string): boolean {
  return field === "TargetObject";
}
