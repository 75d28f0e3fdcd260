/**
 * From a configuration file, or the shipped default, to a policy that is ready to run.
 */
import { compileBlocking, hasBlocking, readAccounts } from "../blocking/mod.ts";
import { type Config, formatDiagnostic, loadConfig } from "../config/mod.ts";
import { loadConfigFile } from "../config/read_file.ts";
import { Archiver, type NativeArchive } from "../archive/archiver.ts";
import { Hasher, ImageDescriber, type NativeHash } from "../hashing/mod.ts";
import { compilePolicy, type Policy, type PolicySource } from "../sensor/policy.ts";
import type { Native } from "../sources/native.ts";
import { shippedRules } from "./default_rules.ts";
import { Exit, Failure } from "./usage.ts";

const DEFAULT_NAME = "Defaults";
const NO_HASH = "-";

/** The native functions that look into files; absent where a system has them not. */
export interface NativeFiles {
  readonly hash?: NativeHash;
  /** In place of `hash`, where images have version strings. */
  readonly describe?: NativeHash;
  readonly archive?: NativeArchive;
}

/** Those that the native library has on this system. */
export function nativeFiles(native: Native): NativeFiles {
  if (Deno.build.os === "windows") return { describe: native.describe.bind(native) };
  if (Deno.build.os !== "linux") return {};
  return { hash: native.hash.bind(native), archive: native.archive.bind(native) };
}

type FileHasher = Hasher | ImageDescriber;

/** A configuration cannot be used; its diagnostics were printed, or the message says why. */
export class PolicyError extends Failure {
  override readonly name = "PolicyError";
}

/**
 * Loads and compiles `path`, or the shipped rules: for this system, or without `native`, in a replay of record
 * files, for Linux. Diagnostics go to stderr, one a line.
 *
 * @throws {PolicyError}
 */
export async function loadPolicy(
  path: string | undefined,
  native?: NativeFiles,
): Promise<Policy> {
  const config = path === undefined
    ? checked(shipped(native === undefined ? "linux" : Deno.build.os))
    : checked(await read(path));
  return await compile(config, native, async (hasher) => ({
    name: path ?? DEFAULT_NAME,
    hash: await fileHash(path, hasher),
  }));
}

/**
 * Compiles what was read from `fileName`; `name` is what event 16 calls it.
 *
 * @throws {PolicyError}
 */
export async function policyOfBytes(
  bytes: Uint8Array,
  fileName: string,
  name: string,
  native: NativeFiles,
): Promise<Policy> {
  const config = checked(loadConfig(bytes, fileName));
  return await compile(config, native, (hasher) => ({
    name,
    hash: hasher?.hashBytes(bytes) ?? NO_HASH,
  }));
}

async function compile(
  config: Config,
  native: NativeFiles | undefined,
  sourceOf: (hasher: FileHasher | undefined) => PolicySource | Promise<PolicySource>,
): Promise<Policy> {
  const hasher = native && hasherOf(config, native);
  const source = await sourceOf(hasher);
  const accounts = native && hasBlocking(config) ? await readAccounts() : new Map();
  const blocking = native && compileBlocking(config, accounts);
  for (const problem of blocking?.problems ?? []) console.error(formatDiagnostic(problem));
  const archive = native?.archive && archiverOf(config, native.archive);
  return compilePolicy(config, source, hasher, archive, blocking);
}

function hasherOf({ options }: Config, native: NativeFiles): FileHasher | undefined {
  const { hashAlgorithms: algorithms, checkRevocation } = options;
  const policy = { algorithms, checkRevocation };
  if (native.describe !== undefined) return new ImageDescriber(native.describe, policy);
  return native.hash && new Hasher(native.hash, policy);
}

/** The archive lies at the root of the host's file system, as Sysmon's at that of each volume. */
function archiverOf({ options }: Config, native: NativeArchive): Archiver | undefined {
  const { archiveDirectory: name, hashAlgorithms: algorithms } = options;
  if (name === undefined || name.includes("/") || [".", ".."].includes(name)) return undefined;
  return new Archiver(native, { directory: `/${name}`, algorithms });
}

function shipped(system: typeof Deno.build.os): ReturnType<typeof loadConfig> {
  const { bytes, fileName } = shippedRules(system);
  return loadConfig(bytes, fileName);
}

/** Sysmon's ConfigurationFileHash; `-` for standard input, the default and a replay. */
async function fileHash(path: string | undefined, hasher: FileHasher | undefined): Promise<string> {
  if (path === undefined || path === "-" || hasher === undefined) return NO_HASH;
  try {
    return await hasher.hashFile(await Deno.realPath(path));
  } catch {
    return NO_HASH;
  }
}

async function read(path: string): ReturnType<typeof loadConfigFile> {
  try {
    return await loadConfigFile(path);
  } catch (error) {
    throw new PolicyError(`cannot read ${path}: ${(error as Error).message}`, Exit.COULD_NOT_RUN);
  }
}

function checked({ config, diagnostics }: ReturnType<typeof loadConfig>): Config {
  for (const diagnostic of diagnostics) console.error(formatDiagnostic(diagnostic));
  if (config === undefined) {
    throw new PolicyError("the configuration is invalid; nothing of it is used", Exit.NO);
  }
  return config;
}
