/** What a generated page of docs/ is. */

/** A page that is made of the sources. */
export interface Page {
  /** From the root of the source tree. */
  readonly path: string;
  /** The whole text. */
  render(): string | Promise<string>;
}
