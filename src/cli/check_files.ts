/** Arguments of `check` -> the files to check: files, folders, patterns, standard input. */
import { basename, extname, join, resolve } from "node:path";
import { SETTINGS_FILE } from "../settings/mod.ts";
import { readFailure } from "./configuration.ts";

/** A file to check, or why an argument leads to none. */
export type Found = { readonly file: string; readonly failure?: string };

/** What a folder's configurations are called. */
const EXTENSIONS: ReadonlySet<string> = new Set([".xml", ".yaml", ".yml"]);
/** Rule tests stand beside configurations and are none. */
const TESTS = /\.tests?\.ya?ml$/i;
/** What a YAML configuration cannot do without; other YAML in a folder is none. */
const YAML_MARK = /schemaversion|eventfiltering/i;
const YAML_START = 256 * 1024;
/** How many files one run checks. */
export const MAX_FILES = 10_000;
const MAX_DEPTH = 64;

/**
 * The files that the arguments name, each once, in the order of the arguments; those of a folder or a
 * pattern by name. Hidden folders and node_modules are passed over.
 */
export async function findFiles(args: readonly string[]): Promise<Found[]> {
  const found = new Map<string, Found>();
  for (const argument of args) {
    for await (const next of filesOf(argument)) {
      const key = next.file === "-" ? "-" : resolve(next.file);
      if (!found.has(key)) found.set(key, next);
      if (found.size === MAX_FILES) {
        return [...found.values(), { file: argument, failure: `more than ${MAX_FILES} files` }];
      }
    }
  }
  return [...found.values()];
}

async function* filesOf(argument: string): AsyncGenerator<Found> {
  if (argument === "-") return yield { file: argument };
  const kind = await kindOf(argument);
  if (kind === "directory") {
    yield* orElse(inFolder(argument, 0), argument, "there is no configuration in it");
  } else if (kind === "missing" && isPattern(argument)) {
    yield* orElse(matching(argument), argument, "no file matches");
  } else {
    yield { file: argument };
  }
}

async function kindOf(path: string): Promise<"directory" | "missing" | "file"> {
  try {
    return (await Deno.stat(path)).isDirectory ? "directory" : "file";
  } catch {
    return "missing";
  }
}

function isPattern(argument: string): boolean {
  return /[*?[{]/.test(argument) && !/\p{Cc}/u.test(argument);
}

async function* orElse(
  files: AsyncGenerator<Found>,
  argument: string,
  failure: string,
): AsyncGenerator<Found> {
  let count = 0;
  for await (const file of files) {
    count++;
    yield file;
  }
  if (count === 0) yield { file: argument, failure };
}

async function* inFolder(folder: string, depth: number): AsyncGenerator<Found> {
  const entries: Deno.DirEntry[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) entries.push(entry);
  } catch (error) {
    return yield { file: folder, failure: readFailure(error) };
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, isDirectory } of entries) {
    const path = join(folder, name);
    if (isDirectory) {
      const isSkipped = name.startsWith(".") || name === "node_modules" || depth >= MAX_DEPTH;
      if (!isSkipped) yield* inFolder(path, depth + 1);
    } else if (isConfigurationName(name) && await isToBeRead(path)) {
      yield { file: path };
    }
  }
}

function isConfigurationName(name: string): boolean {
  return EXTENSIONS.has(extname(name).toLowerCase()) && !TESTS.test(name);
}

/**
 * Whether a file of a folder is worth a look: pipes and devices would block, and compose files,
 * workflows and the like are YAML, too. What cannot be read is told later.
 */
async function isToBeRead(path: string): Promise<boolean> {
  try {
    const { isFile } = await Deno.stat(path);
    if (!isFile) return false;
    if (basename(path) === SETTINGS_FILE) return true;
    if (extname(path).toLowerCase() === ".xml") return true;
    using file = await Deno.open(path);
    const start = new Uint8Array(YAML_START);
    const length = await file.read(start) ?? 0;
    return YAML_MARK.test(new TextDecoder("latin1").decode(start.subarray(0, length)));
  } catch {
    return true;
  }
}

async function* matching(pattern: string): AsyncGenerator<Found> {
  const paths: string[] = [];
  const namesHidden = /(^|[\\/])\.[^.\\/]/.test(pattern);
  const exclude = (path: string) =>
    basename(path) === "node_modules" || (!namesHidden && /^\.[^.]/.test(basename(path)));
  // Loaded for the few who need it: it takes as long as checking a small file.
  const { glob } = await import("node:fs/promises");
  for await (const path of glob(pattern, { exclude })) {
    if (await kindOf(path) === "file") paths.push(path);
    if (paths.length > MAX_FILES) break;
  }
  for (const path of paths.sort()) yield { file: path };
}
