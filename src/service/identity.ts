/**
 * What an installed instance is called and where its files are.
 *
 * As with Sysmon, everything follows from the executable's file name: the same program called
 * `sysmon` is the service `sysmon` in /opt/sysmon, and beside it `monomi` can be installed.
 */

/** One instance: its name and its places. */
export interface Identity {
  /** On Windows, where the folders of one instance lie in one that they inherit their access list from. */
  readonly dataDirectory?: string;
  /** Of the service, the process (its first 15 bytes, as the kernel keeps them), and for syslog. */
  readonly name: string;
  /** The installed program. */
  readonly program: string;
  /** Holds the program; on Windows not that alone. */
  readonly programDirectory: string;
  /** Sysmon configuration and settings. */
  readonly configDirectory: string;
  /** What outlives a restart: record ids, spools, the running configuration. */
  readonly stateDirectory: string;
  readonly logDirectory: string;
  /** What does not outlive a reboot: lock and control socket. */
  readonly runDirectory: string;
  /** What Linux keeps when the sensor is killed, if a BPF file system is there. */
  readonly pinDirectory: string;
}

/** The name of a program that is not packed. */
const FROM_SOURCES = "monomi";
/** No hidden files, no `..`, nothing that a command could take for an option. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,47}$/;

let given = FROM_SOURCES;
let file: string | undefined;

/** The executable's file name cannot name a service; the message says what can. */
export class IdentityError extends Error {
  override readonly name = "IdentityError";
}

/** Tells, once at the start, how the executable is called and where it is. */
export function startedAs(fileName: string, path?: string): void {
  given = fileName;
  file = path;
}

/** Path of the single file that runs; undefined when running from the sources. */
export function ownFile(): string | undefined {
  return file;
}

/** Whether people who run a program of this name expect Sysmon. */
export function isCalledSysmon(name: string): boolean {
  return /^sysmon/i.test(name);
}

/** What people type to run this program. */
export function programName(): string {
  return given;
}

/** This program's identity. @throws {IdentityError} */
export function identity(): Identity {
  return identityOf(given);
}

/** The directories of an instance, in the order in which they can be made. */
export function ownDirectories(identity: Identity): string[] {
  const { dataDirectory, programDirectory } = identity;
  const { configDirectory, stateDirectory, logDirectory, runDirectory } = identity;
  const outer = dataDirectory ?? programDirectory;
  return [outer, configDirectory, stateDirectory, logDirectory, runDirectory];
}

/** Files that Windows reads: beside the program, where everybody may read and administrators write. */
export interface ChannelFiles {
  /** The manifest in binary form, for whoever shows events. */
  readonly library: string;
  /** For registering, and for taking that back. */
  readonly manifest: string;
}

/** Where an instance on Windows has the files of the channel of the sink `eventlog`. */
export function channelFilesOf({ name, programDirectory }: Identity): ChannelFiles {
  const start = `${programDirectory}\\${name}-events`;
  return { library: `${start}.dll`, manifest: `${start}.man` };
}

/** What is an instance's alone but for its logs: what is to be removed with it. */
export function ownPlaces(identity: Identity): string[] {
  const { dataDirectory, program, programDirectory } = identity;
  const { configDirectory, stateDirectory, runDirectory, pinDirectory } = identity;
  const own = [configDirectory, stateDirectory, runDirectory];
  if (dataDirectory !== undefined) {
    // On Windows the program lies in Windows' own folder.
    const { manifest, library } = channelFilesOf(identity);
    return [program, ...own, manifest, library];
  }
  // A sensor that was killed leaves its capture attached.
  return [programDirectory, ...own, pinDirectory];
}

/**
 * Windows' folders, which the launcher asks Windows for. Kept: later no variable can be read any more.
 */
let windowsFolders: { readonly programs: string; readonly data: string } | undefined;

function foldersOfWindows() {
  return windowsFolders ??= {
    programs: Deno.env.get("SystemRoot") ?? "C:\\Windows",
    data: Deno.env.get("ProgramData") ?? "C:\\ProgramData",
  };
}

/** The identity that goes with an executable's file name. @throws {IdentityError} */
export function identityOf(fileName: string, os: string = Deno.build.os): Identity {
  const name = fileName.replace(/\.exe$/i, "");
  if (!NAME.test(name)) {
    throw new IdentityError(
      `a file called ${JSON.stringify(fileName)} cannot be a service: rename it to 1 to 48 ` +
        'letters, digits and "." "_" "-", such as monomi or sysmon',
    );
  }
  if (os === "windows") {
    const { programs, data } = foldersOfWindows();
    const dataDirectory = `${data}\\${name}`;
    return {
      name,
      dataDirectory,
      programDirectory: programs,
      program: `${programs}\\${name}.exe`,
      configDirectory: `${dataDirectory}\\config`,
      stateDirectory: `${dataDirectory}\\state`,
      logDirectory: `${dataDirectory}\\logs`,
      runDirectory: `${dataDirectory}\\run`,
      pinDirectory: "",
    };
  }
  return {
    name,
    programDirectory: `/opt/${name}`,
    program: `/opt/${name}/${name}`,
    configDirectory: `/etc/${name}`,
    stateDirectory: `/var/lib/${name}`,
    logDirectory: `/var/log/${name}`,
    runDirectory: `/run/${name}`,
    pinDirectory: `/sys/fs/bpf/${name}`,
  };
}
