/** Reads logs that are text: JSON and XML. */
import type { Input } from "./input.ts";
import { readJsonRecord } from "./json_record.ts";
import { JsonSplitter } from "./json_splitter.ts";
import type { Splitter } from "./pieces.ts";
import type { RawResult } from "./raw_record.ts";
import { readXmlRecord } from "./xml_record.ts";
import { XmlSplitter } from "./xml_splitter.ts";

/** How much is looked at to recognise a language. */
const LOOK = 64 * 1024;

interface Language {
  readonly splitter: Splitter;
  read(text: string): RawResult;
}

/** Which line, from 1, and what stands there. */
export interface TextRecord {
  readonly place: { readonly line: number };
  readonly result: RawResult;
}

/** Every event of a text, and every place that is damaged, in order, as many as were read together. */
export async function* readTextLog(input: Input): AsyncGenerator<TextRecord[]> {
  const start = await input.peek(LOOK);
  const decoder = new TextDecoder(encodingOf(start));
  const { splitter, read } = languageOf(new TextDecoder(encodingOf(start)).decode(start));
  for (let isOver = false; !isOver;) {
    const bytes = await input.next();
    isOver = bytes.length === 0;
    const pieces = splitter.push(decoder.decode(bytes, { stream: !isOver }));
    if (isOver) pieces.push(...splitter.end());
    yield pieces.map((piece) => ({
      place: { line: piece.line },
      result: "problem" in piece ? piece : read(piece.text),
    }));
  }
}

/** UTF-8, or UTF-16 by its mark or by the zero bytes of its ASCII. */
function encodingOf(start: Uint8Array): string {
  const [first, second] = start;
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if ((first === 0xff && second === 0xfe) || second === 0) return "utf-16le";
  return "utf-8";
}

/** What comes first decides; text with neither is searched for XML, as syslog has it. */
function languageOf(start: string): Language {
  const xml = start.search(/<(?:Event|!DOCTYPE)[\s>]/);
  const json = start.search(/\{\s*(?:"|\})/);
  const isJson = json !== -1 && (xml === -1 || json < xml) || /^\s*[{[]/.test(start) && xml === -1;
  return isJson
    ? { splitter: new JsonSplitter(), read: readJsonRecord }
    : { splitter: new XmlSplitter(), read: readXmlRecord };
}
