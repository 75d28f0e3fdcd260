/** What a text log is cut into: events still as text, and what is damaged. */

/** The text of one event, or why a place holds none. `line` is where it begins, from 1. */
export type Piece =
  | { readonly line: number; readonly text: string }
  | { readonly line: number; readonly problem: string };

/** Cuts a text that comes bit by bit. Holds no more of it than one event. */
export interface Splitter {
  /** Takes the next bit and gives what became complete. */
  push(text: string): Piece[];
  /** Gives what is left when the text is over. */
  end(): Piece[];
}

/** Longest event as text, in UTF-16 code units: Sysmon's events have at most 64 KiB. */
export const MAX_EVENT_LENGTH = 1024 * 1024;

/** Of an event longer than {@link MAX_EVENT_LENGTH}. */
export const TOO_LONG = `an event here is longer than ${MAX_EVENT_LENGTH / 1024} KiB and left out`;

/**
 * The part of a text that is still of interest, with the line it begins on. Offsets are offsets into
 * `text`, of which the part begins at `start`.
 */
export class Window {
  text = "";
  start = 0;
  /** Line of the character at `start`, from 1. */
  line = 1;

  /** Adds text, and lets go of what lies before `start`; gives by how much offsets became smaller. */
  add(text: string): number {
    const moved = this.start;
    this.text = this.text.slice(moved) + text;
    this.start = 0;
    return moved;
  }

  /** Moves `start` on to `end`. */
  moveTo(end: number): void {
    for (let at = this.start; at < end; at++) {
      if (this.text.charCodeAt(at) === 0x0a) this.line++;
    }
    this.start = end;
  }
}
