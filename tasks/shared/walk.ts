/** Files of a folder and the folders in it. */

/** Paths of all files, sorted. */
export async function walk(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await walk(path));
    else if (isFile) found.push(path);
  }
  return found.sort();
}
