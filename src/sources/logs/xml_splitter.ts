/** Finds `<Event>…</Event>` in a text: in documents, one a line, or behind syslog's prefixes. */
import { MAX_EVENT_LENGTH, type Piece, type Splitter, TOO_LONG, Window } from "./pieces.ts";

const START = /<Event(?=[\s>])|<!DOCTYPE/g;
const MARK = /<\/Event\s*>|<Event(?=[\s>])|<!\[CDATA\[|<!--/g;
/** No mark is longer than this; what may be the start of one is kept for the next bit. */
const LONGEST_MARK = 12;

/** See {@link Splitter}. */
export class XmlSplitter implements Splitter {
  /** Begins with the event that was found, if one was. */
  readonly #window = new Window();
  #inEvent = false;
  /** Where to go on looking. */
  #at = 0;
  /** What ends the comment or CDATA section at `#at`. */
  #sectionEnd: string | undefined;
  /** Whether the text begins with a tag; undefined until it is seen. */
  #isDocument: boolean | undefined;
  #refused = false;
  readonly #pieces: Piece[] = [];

  push(text: string): Piece[] {
    if (this.#refused) return [];
    this.#at -= this.#window.add(text);
    if (this.#isDocument === undefined) {
      const first = this.#window.text.search(/\S/);
      if (first !== -1) this.#isDocument = this.#window.text[first] === "<";
    }
    while (!this.#refused && (this.#inEvent ? this.#findEnd() : this.#findStart()));
    return this.#pieces.splice(0);
  }

  end(): Piece[] {
    if (this.#inEvent) this.#problem("the event that begins here does not end");
    return this.#pieces.splice(0);
  }

  /** False when more text is needed. */
  #findStart(): boolean {
    const { text } = this.#window;
    START.lastIndex = this.#at;
    const found = START.exec(text);
    if (found === null) {
      this.#goTo(Math.max(this.#at, text.length - LONGEST_MARK));
      return false;
    }
    this.#goTo(found.index);
    this.#at += found[0].length;
    if (found[0] !== "<!DOCTYPE") {
      this.#inEvent = true;
    } else if (this.#isDocument) {
      this.#problem("a DOCTYPE is not allowed in a log; the rest is not read");
      this.#refused = true;
    }
    return true;
  }

  /** False when more text is needed. */
  #findEnd(): boolean {
    const { text, start, line } = this.#window;
    if (this.#at - start > MAX_EVENT_LENGTH) return this.#giveUp();
    if (this.#sectionEnd !== undefined) {
      const end = text.indexOf(this.#sectionEnd, this.#at);
      if (end === -1) return this.#wait();
      this.#at = end + this.#sectionEnd.length;
      this.#sectionEnd = undefined;
    }
    MARK.lastIndex = this.#at;
    const found = MARK.exec(text);
    if (found === null) return this.#wait();
    const [mark] = found;
    const end = found.index + mark.length;
    if (mark.startsWith("<!")) {
      this.#sectionEnd = mark === "<!--" ? "-->" : "]]>";
    } else if (mark === "<Event") {
      this.#problem("the event that begins here does not end before the next one");
      this.#goTo(found.index);
    } else {
      const isTooLong = end - start > MAX_EVENT_LENGTH;
      const event = isTooLong ? { problem: TOO_LONG } : { text: text.slice(start, end) };
      this.#pieces.push({ line, ...event });
      this.#inEvent = false;
      this.#goTo(end);
    }
    this.#at = end;
    return true;
  }

  #wait(): boolean {
    this.#at = Math.max(this.#at, this.#window.text.length - LONGEST_MARK);
    return this.#at - this.#window.start > MAX_EVENT_LENGTH ? this.#giveUp() : false;
  }

  #giveUp(): boolean {
    this.#problem(TOO_LONG);
    this.#inEvent = false;
    this.#sectionEnd = undefined;
    this.#goTo(this.#at);
    return true;
  }

  #problem(problem: string): void {
    this.#pieces.push({ line: this.#window.line, problem });
  }

  #goTo(end: number): void {
    this.#window.moveTo(end);
    this.#at = end;
  }
}
