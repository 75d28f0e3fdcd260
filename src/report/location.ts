/** How reports for other programs name files: relative to the root of the checked-out repository. */
import { isAbsolute, relative, resolve, sep } from "node:path";

/**
 * The path from `root` with `/` between its parts, or undefined for a file elsewhere (standard input
 * included).
 */
export function pathFromRoot(file: string, root: string): string | undefined {
  if (file.startsWith("<")) return undefined;
  const path = relative(root, resolve(file));
  if (path === "" || path.split(sep)[0] === ".." || isAbsolute(path)) return undefined;
  return path.split(sep).join("/");
}

/** A relative URI reference below the root, else a `file:` URI; standard input keeps its name. */
export function uriOf(name: string, root: string): { uri: string; uriBaseId?: string } {
  const file = name.toWellFormed();
  const path = pathFromRoot(file, root);
  if (path !== undefined) {
    return { uri: path.split("/").map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" };
  }
  if (file.startsWith("<")) return { uri: encodeURIComponent(file) };
  const parts = resolve(file).split(sep).filter((part) => part !== "");
  const escaped = parts.map((part) => encodeURIComponent(part).replaceAll("%3A", ":"));
  return { uri: `file:///${escaped.join("/")}` };
}
