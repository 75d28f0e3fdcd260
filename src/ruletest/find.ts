/** Which test files an argument stands for, and which configuration a test file is about. */
import { basename, dirname, isAbsolute, join } from "node:path";

const TEST_FILE = /^(.+)\.tests\.(?:ya?ml|json)$/i;
const TEST_FILE_ENDINGS = [".tests.yaml", ".tests.yml", ".tests.json"];
const CONFIGURATION_ENDINGS = [".xml", ".yaml", ".yml", ".json"];
const MAX_DEPTH = 16;
const MAX_FILES = 10_000;

/** An argument that leads to no test file. */
export class NoTestFile extends Error {
  override readonly name = "NoTestFile";
}

/**
 * A folder stands for every `NAME.tests.yaml` (`.yml`, `.json`) in it and below, links not followed;
 * a configuration for the test files beside it; any other file for itself. Throws what looking at
 * files throws (`Deno.errors`).
 *
 * @throws {NoTestFile}
 */
export function findTestFiles(path: string): string[] {
  if (Deno.statSync(path).isDirectory) {
    const found: string[] = [];
    walk(path, 0, found);
    if (found.length > 0) return found.toSorted();
    throw new NoTestFile(`${path} holds no test file (NAME.tests.yaml)`);
  }
  if (TEST_FILE.test(basename(path))) return [path];
  const beside = testFilesOf(path);
  if (beside.length > 0) return beside;
  if (!/\.xml$/i.test(path)) return [path];
  throw new NoTestFile(`${path} has no tests beside it; expected ${testFileName(path)}`);
}

/** The test files that a configuration has by convention. */
function testFilesOf(configuration: string): string[] {
  const stem = configuration.replace(/\.[^./\\]+$/, "");
  const names = [stem, configuration].flatMap((s) => TEST_FILE_ENDINGS.map((end) => s + end));
  return [...new Set(names)].filter(isFile);
}

function testFileName(configuration: string): string {
  return basename(configuration).replace(/\.[^.]+$/, "") + TEST_FILE_ENDINGS[0];
}

function walk(folder: string, depth: number, found: string[]): void {
  if (depth > MAX_DEPTH) return;
  for (const entry of Deno.readDirSync(folder)) {
    if (found.length >= MAX_FILES) return;
    const path = join(folder, entry.name);
    if (entry.isDirectory && entry.name !== "node_modules" && !entry.name.startsWith(".")) {
      walk(path, depth + 1, found);
    } else if (entry.isFile && TEST_FILE.test(entry.name)) {
      found.push(path);
    }
  }
}

/** The path of the configuration that a test file names, or has by convention. */
export function configurationOf(testFile: string, named: string | undefined): string | undefined {
  const folder = dirname(testFile);
  if (named !== undefined) return relativeTo(testFile, named);
  const stem = TEST_FILE.exec(basename(testFile))?.[1];
  if (stem === undefined) return undefined;
  const whole = join(folder, stem);
  const candidates = CONFIGURATION_ENDINGS.map((ending) => whole + ending);
  if (CONFIGURATION_ENDINGS.some((ending) => stem.toLowerCase().endsWith(ending))) {
    candidates.unshift(whole);
  }
  return candidates.find(isFile);
}

/** A path that a test file names, seen from the working folder. */
export function relativeTo(testFile: string, named: string): string {
  return isAbsolute(named) ? named : join(dirname(testFile), named);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
