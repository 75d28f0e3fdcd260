/** The entries directly under `<Sysmon>` -> ConfigOptions (config-semantics section 2). */
import { eventsByTag } from "../schema/events.ts";
import { CONFIGURABLE_OPTIONS, ENTRIES } from "../schema/options.ts";
import { formatVersion } from "../schema/versions.ts";
import { checkAttributes, type ReadContext, writtenVersion } from "./context.ts";
import { quote } from "./diagnostics.ts";
import { parseFieldSizes } from "./field_sizes.ts";
import { parseHashAlgorithms } from "./hash_algorithms.ts";
import type { ConfigEntry, ConfigOptions, HashAlgorithm, ProcessAccessEntry } from "./model.ts";
import type { ConfigNode } from "./node.ts";
import type { Span } from "./place.ts";
import { didYouMean } from "./suggest.ts";
import { childElements, nameOf, ownText, textOffset } from "./tree.ts";

const DEFAULT_HASH_ALGORITHMS: ReadonlySet<HashAlgorithm> = new Set(["SHA256"]);
const DEFAULT_ACCESS_MASK = 0xffffffff;
const MAX_ACCESS_ENTRIES = 9;
const HASH_SPELLINGS = ["md5", "sha1", "sha256", "imphash"];
/** Options that add `image` conditions to an event, where the permissive profile takes them. */
const RULE_ENTRIES = ["NetworkConnect", "ImageLoad"];

/** An entry such as `<NetworkConnect>a.exe,b.exe</NetworkConnect>` (config-semantics C7). */
export interface RuleEntry {
  readonly tag: string;
  readonly images: readonly string[];
  readonly offset: number;
}

/** Reads entries one by one, then makes options of the last of each. */
export class EntryReader {
  readonly #context: ReadContext;
  readonly #entries: ConfigEntry[] = [];
  readonly #last = new Map<string, ConfigEntry>();
  readonly #nodes = new Map<ConfigEntry, ConfigNode>();

  constructor(context: ReadContext) {
    this.#context = context;
  }

  /** Takes one element that stands directly under `<Sysmon>` and is not EventFiltering. */
  add(element: ConfigNode): void {
    const { reporter, schemaVersion, permissive } = this.#context;
    const name = this.#optionName(element.name);
    if (name === undefined) {
      reporter.refuse(
        "MON030",
        nameOf(element),
        `unknown element ${quote(element.name)} under <Sysmon>`,
        () => helpForEntry(element.name),
      );
      return;
    }
    const definition = ENTRIES.get(name);
    if (definition !== undefined && !permissive && schemaVersion < definition.since) {
      reporter.error(
        "MON036",
        nameOf(element),
        `<${name}> needs schemaversion ${formatVersion(definition.since)} or newer, ` +
          `the file says ${formatVersion(schemaVersion)}`,
        `write ${writtenVersion(this.#context, definition.since)} or remove the entry`,
      );
    }
    if (definition !== undefined && schemaVersion >= definition.until) {
      reporter.refuse(
        "MON036",
        nameOf(element),
        `<${name}> no longer exists since schemaversion ${formatVersion(definition.until)}`,
      );
      return;
    }
    checkAttributes(this.#context, element, []);
    for (const child of childElements(element)) {
      reporter.refuse("MON045", nameOf(child), `<${name}> holds text, not elements`);
    }
    if (this.#last.has(name)) {
      reporter.warn("MON066", nameOf(element), `<${name}> is repeated; the last one counts`);
    }
    if (definition?.until !== undefined && definition.until !== Infinity) {
      reporter.warn("MON067", nameOf(element), `<${name}> has no effect`);
    }
    const entry = { name, text: ownText(element), offset: textOffset(element) };
    this.#nodes.set(entry, element);
    if (
      definition?.content === "empty" && !permissive &&
      element.children.some((child) => child.kind !== "comment")
    ) {
      reporter.error("MON065", this.#whole(entry), `<${name}/> must be empty`);
    }
    this.#entries.push(entry);
    this.#last.set(name, entry);
  }

  /** The options; values that Sysmon refuses are reported as errors. */
  finish(): ConfigOptions {
    const text = (name: string) => this.#last.get(name)?.text || undefined;
    return {
      hashAlgorithms: this.#hashAlgorithms(),
      checkRevocation: this.#switch("CheckRevocation", false),
      dnsLookup: this.#switch("DnsLookup", true),
      archiveDirectory: this.#archiveDirectory(),
      captureClipboard: this.#captureClipboard(),
      fieldSizes: this.#fieldSizes(),
      driverName: text("DriverName"),
      pipeMonitoringConfig: text("PipeMonitoringConfig"),
      processAccessConfig: this.#processAccess(),
      driverQueueSize: this.#queueSize("DriverQueueSize"),
      signingQueueSize: this.#queueSize("SigningQueueSize"),
      entries: this.#entries,
    };
  }

  /** Entries that add conditions to an event; only the permissive profile lets them in. */
  ruleEntries(): RuleEntry[] {
    return RULE_ENTRIES.flatMap((tag) => {
      const entry = this.#last.get(tag);
      if (entry === undefined || entry.text === "") return [];
      return [{ tag, images: entry.text.split(","), offset: entry.offset }];
    });
  }

  /** A stretch of an entry's text; all of it where the file writes it otherwise (`&amp;`, comments). */
  #within(entry: ConfigEntry, from: number, length: number): Span {
    const isPlain = this.#context.source.text.startsWith(entry.text, entry.offset);
    if (!isPlain) return this.#whole(entry);
    const end = Math.min(from + length, entry.text.length);
    return { offset: entry.offset + from, end: entry.offset + end };
  }

  #whole(entry: ConfigEntry): Span {
    const texts = this.#nodes.get(entry)!.children.filter((child) => child.kind === "text");
    return { offset: entry.offset, end: texts.at(-1)?.end ?? entry.offset };
  }

  #optionName(element: string): string | undefined {
    if (ENTRIES.has(element)) return element;
    if (!this.#context.permissive) return undefined;
    if (CONFIGURABLE_OPTIONS.has(element)) return element;
    const option = element.endsWith("Config") ? element.slice(0, -"Config".length) : "";
    return CONFIGURABLE_OPTIONS.has(option) ? option : undefined;
  }

  #hashAlgorithms(): ReadonlySet<HashAlgorithm> {
    const entry = this.#last.get("HashAlgorithms");
    if (entry === undefined) return DEFAULT_HASH_ALGORITHMS;
    const { algorithms, unknown, offset } = parseHashAlgorithms(entry.text);
    if (algorithms === undefined) {
      this.#context.reporter.error(
        "MON060",
        this.#within(entry, offset, unknown.length),
        `unknown hash algorithm ${quote(unknown)}`,
        didYouMean(unknown.trim(), HASH_SPELLINGS) ??
          "write md5, sha1, sha256, imphash separated by commas without blanks, or *",
      );
      return DEFAULT_HASH_ALGORITHMS;
    }
    if (algorithms.size > 0) return algorithms;
    this.#context.reporter.warn(
      "MON061",
      entry.text === "" ? nameOf(this.#nodes.get(entry)!) : this.#whole(entry),
      "<HashAlgorithms> names no algorithm; SHA256 is used",
    );
    return DEFAULT_HASH_ALGORITHMS;
  }

  #switch(name: string, absent: boolean): boolean {
    const entry = this.#last.get(name);
    if (entry === undefined) return absent;
    return !["false", "0", "no", "off", "disabled"].includes(entry.text.trim().toLowerCase());
  }

  #archiveDirectory(): string | undefined {
    const entry = this.#last.get("ArchiveDirectory");
    if (entry === undefined || entry.text === "") return undefined;
    const backslash = entry.text.indexOf("\\");
    if (backslash !== -1) {
      this.#context.reporter.error(
        "MON062",
        this.#within(entry, backslash, 1),
        "<ArchiveDirectory> must be a single path component, without a backslash",
      );
    }
    return entry.text;
  }

  #captureClipboard(): boolean {
    const entry = this.#last.get("CaptureClipboard");
    if (entry === undefined) return false;
    if (["", "true", "1", "enabled"].includes(entry.text)) return true;
    if (!["false", "0", "NULL", "disabled"].includes(entry.text) && this.#context.permissive) {
      this.#context.reporter.warn(
        "MON065",
        this.#whole(entry),
        `<CaptureClipboard> cannot be ${quote(entry.text)}; it is off`,
      );
    }
    return false;
  }

  #fieldSizes(): ReadonlyMap<string, number> {
    const entry = this.#last.get("FieldSizes");
    const { sizes, problems } = parseFieldSizes(entry?.text ?? "");
    for (const { offset, length, message, help } of problems) {
      this.#context.reporter.error("MON063", this.#within(entry!, offset, length), message, help);
    }
    return sizes;
  }

  #processAccess(): ProcessAccessEntry[] {
    const entry = this.#last.get("ProcessAccessConfig") ?? this.#last.get("ProcessAccess");
    if (entry === undefined || entry.text === "") return [];
    const items = entry.text.split(",");
    if (items.length > MAX_ACCESS_ENTRIES) {
      this.#context.reporter.error(
        "MON064",
        this.#within(entry, items.slice(0, MAX_ACCESS_ENTRIES).join(",").length + 1, Infinity),
        `<ProcessAccessConfig> has more than ${MAX_ACCESS_ENTRIES} entries`,
      );
      return [];
    }
    return items.map(parseAccessItem);
  }

  #queueSize(name: string): number | undefined {
    const entry = this.#last.get(name);
    if (entry === undefined) return undefined;
    const text = entry.text.trim();
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    this.#context.reporter.warn(
      "MON068",
      entry.text === "" ? nameOf(this.#nodes.get(entry)!) : this.#whole(entry),
      `<${name}> cannot be ${quote(entry.text)}; the default is used`,
    );
    return undefined;
  }
}

function helpForEntry(name: string): string | undefined {
  const isForFiltering = name === "RuleGroup" || eventsByTag(name).length > 0;
  if (isForFiltering) return "it belongs into <EventFiltering>";
  return didYouMean(name, ["EventFiltering", ...ENTRIES.keys()]);
}

/** `image[:mask]`; a doubled colon is a literal one. */
function parseAccessItem(item: string): ProcessAccessEntry {
  const separator = /(?<!:):(?!:)/.exec(item);
  const image = separator === null ? item : item.slice(0, separator.index);
  const mask = separator === null ? NaN : Number(item.slice(separator.index + 1).trim() || NaN);
  return {
    image: image.replaceAll("::", ":"),
    mask: Number.isInteger(mask) && mask >= 0 ? mask >>> 0 : DEFAULT_ACCESS_MASK,
  };
}
