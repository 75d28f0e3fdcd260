/** One event's XML -> its record: Windows' event XML and that of Sysmon for Linux. */
import type { RawRecord, RawResult } from "./raw_record.ts";

/**
 * Sysmon for Linux writes control characters as references, which XML 1.0 does not allow and its
 * parsers refuse; and an event's XML is so plain that nothing of a parser is needed but its tokens.
 */
const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s<>/]+)\s*>|<([^\s<>/!?]+)((?:\s+[^\s<>=/"']+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ENTITY = /&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(lt|gt|amp|quot|apos));|&/g;
const NAMED: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
};

const MAX_DEPTH = 16;
const MAX_FIELDS = 1000;

/** Reads `<Event>…</Event>`. */
export function readXmlRecord(text: string): RawResult {
  const reader = new Reader();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const [token, cdata, closed, opened, attributes, selfClosing, characters] = TOKEN.exec(text) ??
      [];
    let fits = true;
    if (token === undefined) fits = false;
    else if (cdata !== undefined) reader.text(cdata);
    else if (characters !== undefined) reader.text(decode(characters));
    else if (closed !== undefined) fits = reader.close(closed);
    else if (opened !== undefined) {
      fits = reader.open(localName(opened), attributes);
      if (fits && selfClosing !== "") fits = reader.close(opened);
    }
    if (!fits) return { problem: "the XML of the event that begins here is damaged" };
  }
  return reader.finish();
}

/** Windows exports may carry a prefix. */
function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

class Reader {
  /** Names of the open elements, a `/` before each. */
  #path = "";
  #depth = 0;
  #text = "";
  #dataName: string | undefined;
  #provider: string | undefined;
  #computer: string | undefined;
  #id: string | undefined;
  #time: string | undefined;
  readonly #fields: [string, string][] = [];

  open(name: string, attributes: string): boolean {
    if (++this.#depth > MAX_DEPTH) return false;
    this.#path += `/${name}`;
    this.#text = "";
    switch (this.#path) {
      case "/Event/System/Provider":
        this.#provider = attribute(attributes, "Name");
        break;
      case "/Event/System/TimeCreated":
        this.#time = attribute(attributes, "SystemTime");
        break;
      case "/Event/EventData/Data":
        this.#dataName = attribute(attributes, "Name");
        break;
    }
    return true;
  }

  close(name: string): boolean {
    const path = this.#path;
    const opened = path.lastIndexOf("/");
    if (path.slice(opened + 1) !== localName(name)) return false;
    this.#path = path.slice(0, opened);
    this.#depth--;
    if (path === "/Event/System/EventID") this.#id = this.#text.trim();
    if (path === "/Event/System/Computer") this.#computer = this.#text.trim();
    if (path === "/Event/EventData/Data" && this.#dataName !== undefined) {
      this.#fields.push([this.#dataName, this.#text]);
      if (this.#fields.length > MAX_FIELDS) return false;
    }
    this.#text = "";
    return true;
  }

  text(text: string): void {
    this.#text += text;
  }

  finish(): RawResult {
    if (this.#path !== "") {
      return { problem: "the XML of the event that begins here is damaged" };
    }
    return {
      provider: this.#provider,
      computer: this.#computer,
      id: this.#id,
      time: this.#time,
      fields: this.#fields,
      onlyFields: true,
    } satisfies RawRecord;
  }
}

function attribute(attributes: string, name: string): string | undefined {
  for (const [, found, double, single] of attributes.matchAll(ATTRIBUTE)) {
    if (found === name) return decode(double ?? single);
  }
  return undefined;
}

/** Resolves the references that XML knows by itself; others stay as they are. */
function decode(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(ENTITY, (whole, decimal, hexadecimal, name) => {
    if (name !== undefined) return NAMED[name];
    if (decimal === undefined && hexadecimal === undefined) return whole;
    const code = decimal === undefined ? parseInt(hexadecimal, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  });
}
