/** Finding the files that a test goes through. */

/** A file of a folder. */
export interface FoundFile {
  readonly url: URL;
  /** Path below the folder, with `/`. */
  readonly path: string;
}

/** Every XML file of a folder and the folders in it, in order of their names. */
export function xmlFiles(directory: URL): Generator<FoundFile> {
  return filesEndingIn(".xml", directory);
}

/** Every file of a folder and the folders in it whose name ends in `suffix`, in order. */
export function* filesEndingIn(
  suffix: string,
  directory: URL,
  prefix = "",
): Generator<FoundFile> {
  const entries = [...Deno.readDirSync(directory)].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory } of entries) {
    const url = new URL(encodeURIComponent(name) + (isDirectory ? "/" : ""), directory);
    if (isDirectory) yield* filesEndingIn(suffix, url, `${prefix}${name}/`);
    else if (name.endsWith(suffix)) yield { url, path: prefix + name };
  }
}
