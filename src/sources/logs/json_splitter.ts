/** Finds JSON objects in a text: one a line, one over many lines, in an array, behind prefixes. */
import { MAX_EVENT_LENGTH, type Piece, type Splitter, TOO_LONG, Window } from "./pieces.ts";

/** How deep an event's values may be nested. */
const MAX_DEPTH = 32;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const isBlank = (unit: number) => unit === 0x20 || unit === 0x09 || unit === 0x0d || unit === 0x0a;

/**
 * See {@link Splitter}. It follows strings and brackets closely enough to know where an object
 * cannot go on, so that a damaged line costs that line: the search goes on behind its first line end.
 */
export class JsonSplitter implements Splitter {
  /** Begins with the object that was found, if one was. */
  readonly #window = new Window();
  #inObject = false;
  /** Where to go on looking. */
  #at = 0;
  /** Brackets that are open: true for objects. */
  readonly #open: boolean[] = [];
  #inString = false;
  #isEscaped = false;
  /** The last character outside strings that was not blank. */
  #previous = 0;
  /** Whether the rest of the line is of no interest. */
  #skippingLine = false;
  /** Whether text around the objects is a syslog prefix or the like; undefined until seen. */
  #hasPrefixes: boolean | undefined;
  #isOver = false;
  readonly #pieces: Piece[] = [];

  push(text: string): Piece[] {
    this.#at -= this.#window.add(text);
    this.#scan();
    return this.#pieces.splice(0);
  }

  end(): Piece[] {
    this.#isOver = true;
    this.#scan();
    while (this.#inObject) {
      this.#fail("the JSON object that begins here does not end");
      this.#scan();
    }
    return this.#pieces.splice(0);
  }

  #scan(): void {
    while (this.#at < this.#window.text.length) {
      if (this.#inObject) {
        const problem = this.#inString ? this.#string() : this.#structure();
        if (problem !== undefined) this.#fail(problem);
        else if (this.#at - this.#window.start > MAX_EVENT_LENGTH) this.#fail(TOO_LONG);
      } else if (!this.#between()) {
        break;
      }
    }
  }

  /** Looks at one line's text outside objects; false when the line is not complete yet. */
  #between(): boolean {
    const { text } = this.#window;
    const newline = text.indexOf("\n", this.#at);
    const end = newline === -1 ? text.length : newline;
    const next = newline === -1 ? end : newline + 1;
    if (this.#skippingLine) {
      if (newline !== -1) this.#skippingLine = false;
      this.#goTo(next);
      return true;
    }
    const start = text.slice(this.#at, end).indexOf("{");
    const hasStart = start !== -1;
    const around = text.slice(this.#at, hasStart ? this.#at + start : end);
    const isPlain = /^[\s,[\]]*$/.test(around);
    this.#hasPrefixes ??= isPlain ? (hasStart ? false : undefined) : hasStart ? true : undefined;
    if (hasStart) {
      if (!isPlain && this.#hasPrefixes === false) this.#noObject();
      this.#goTo(this.#at + start);
      this.#inObject = true;
      return true;
    }
    if (newline === -1 && !this.#isOver && around.length < MAX_EVENT_LENGTH) return false;
    if (!isPlain && !this.#hasPrefixes) this.#noObject();
    this.#skippingLine = newline === -1;
    this.#goTo(next);
    return true;
  }

  #noObject(): void {
    const problem = "there is text here that is no JSON object";
    this.#pieces.push({ line: this.#window.line, problem });
  }

  /** Goes to the end of a string, or of the text. */
  #string(): string | undefined {
    const { text } = this.#window;
    while (this.#at < text.length) {
      const unit = text.charCodeAt(this.#at++);
      if (unit === NEWLINE) return "a text in the JSON object that begins here does not end";
      if (this.#isEscaped) {
        this.#isEscaped = false;
      } else if (unit === BACKSLASH) {
        this.#isEscaped = true;
      } else if (unit === QUOTE) {
        this.#inString = false;
        this.#previous = QUOTE;
        return undefined;
      }
    }
    return undefined;
  }

  /** Goes to the next string, to the end of the object, or of the text. */
  #structure(): string | undefined {
    const { text } = this.#window;
    while (this.#at < text.length) {
      const unit = text.charCodeAt(this.#at++);
      if (isBlank(unit)) continue;
      if (unit === QUOTE) {
        this.#inString = true;
        return undefined;
      }
      if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
        if (!this.#mayOpen()) return "the JSON object that begins here is damaged";
        if (this.#open.length === MAX_DEPTH) {
          return `the JSON object that begins here is nested more than ${MAX_DEPTH} deep`;
        }
        this.#open.push(unit === OPEN_BRACE);
      } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) {
        if (this.#open.pop() !== (unit === CLOSE_BRACE)) {
          return "the JSON object that begins here is damaged";
        }
        if (this.#open.length === 0) {
          this.#complete();
          return undefined;
        }
      }
      this.#previous = unit;
    }
    return undefined;
  }

  #mayOpen(): boolean {
    if (this.#open.length === 0) return true;
    if (this.#previous === COLON) return true;
    const isInArray = this.#open[this.#open.length - 1] === false;
    return isInArray && (this.#previous === COMMA || this.#previous === OPEN_BRACKET);
  }

  #complete(): void {
    const { text, start, line } = this.#window;
    const isTooLong = this.#at - start > MAX_EVENT_LENGTH;
    this.#found({
      line,
      ...isTooLong ? { problem: TOO_LONG } : { text: text.slice(start, this.#at) },
    });
    this.#inObject = false;
    this.#goTo(this.#at);
  }

  /** Braces in the messages of others are not of interest. */
  #found(piece: Piece): void {
    const { text, start } = this.#window;
    if (!this.#hasPrefixes || /^\{\s*["}]/.test(text.slice(start, start + 100))) {
      this.#pieces.push(piece);
    }
  }

  /** Reports the object and goes on behind its first line. */
  #fail(problem: string): void {
    const { text, start, line } = this.#window;
    this.#found({ line, problem });
    const newline = text.indexOf("\n", start);
    this.#skippingLine = newline === -1;
    this.#inObject = false;
    this.#inString = false;
    this.#isEscaped = false;
    this.#open.length = 0;
    this.#goTo(newline === -1 ? text.length : newline + 1);
  }

  #goTo(end: number): void {
    this.#window.moveTo(end);
    this.#at = end;
  }
}
