/** Arguments of `merge` -> the files to merge, in order, and what they are called in the result. */
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { readConfigBytes } from "../config/read_file.ts";
import { parseList } from "../merge/list_file.ts";
import { findFiles, type Found } from "./check_files.ts";
import { readFailure } from "./configuration.ts";
import { Exit, Failure } from "./usage.ts";

/** Where the modules are. */
export interface InputArguments {
  /** Files, folders, patterns, `-`. */
  readonly arguments: readonly string[];
  /** Lists of modules to take, and of modules to leave out. */
  readonly lists: readonly string[];
  readonly excludeLists: readonly string[];
  /** Files and folders to leave out. */
  readonly excluded: readonly string[];
  /** What paths in lists are relative to; the folder of each list when not given. */
  readonly base: string | undefined;
}

/** A file to merge. */
export type ModuleFile = Found & { readonly name: string };

/**
 * Every module once, in the order of the arguments, then of the lists.
 *
 * @throws {Failure} for a list that cannot be read
 */
export async function findModules(given: InputArguments): Promise<ModuleFile[]> {
  const listed = new Set(await pathsIn(given.lists, given.base));
  const excluded = [...await pathsIn(given.excludeLists, given.base), ...given.excluded];
  const leftOut = new Set(excluded.map((path) => resolve(path)));
  const modules = new Map<string, ModuleFile>();
  for (const argument of [...given.arguments, ...listed]) {
    for (const found of await findFiles([argument])) {
      const key = found.file === "-" ? "-" : resolve(found.file);
      if (modules.has(key) || isAtOrBelow(key, leftOut)) continue;
      const root = listed.has(argument) ? given.base ?? "" : argument;
      modules.set(key, { ...found, name: nameOf(found.file, root) });
    }
  }
  return [...modules.values()];
}

function isAtOrBelow(path: string, folders: ReadonlySet<string>): boolean {
  for (let at = path;; at = dirname(at)) {
    if (folders.has(at)) return true;
    if (at === dirname(at)) return false;
  }
}

async function pathsIn(lists: readonly string[], base: string | undefined): Promise<string[]> {
  const read = lists.map(async (list) => {
    const folder = base ?? dirname(list);
    return parseList(await readList(list)).map((path) => join(folder, path));
  });
  return (await Promise.all(read)).flat();
}

async function readList(list: string): Promise<Uint8Array> {
  try {
    return await readConfigBytes(list);
  } catch (error) {
    throw new Failure(`cannot read ${list}: ${readFailure(error)}`, Exit.COULD_NOT_RUN);
  }
}

/** The path below `root`, so that the result does not tell where the modules lie on this machine. */
function nameOf(file: string, root: string): string {
  if (file === "-") return "<stdin>";
  const below = relative(root, file);
  const isBelow = below !== "" && !below.startsWith("..") && !isAbsolute(below);
  const name = isBelow ? below : isAbsolute(file) ? basename(file) : file;
  return name.replaceAll("\\", "/");
}
