/** What tests of live capture on Windows have in common: scripts of events, and monomi run with them. */
import { fileURLToPath } from "node:url";
import { Native } from "../../src/sources/native.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const BUILD = Deno.env.get("MONOMI_FAKE_BUILD")!;
const TESTED = `${BUILD}\\monomi.dll`;
const FAKE = `${BUILD}\\fake_etw.dll`;

const TAGS = [
  "ProcessCreate",
  "NetworkConnect",
  "ProcessTerminate",
  "DriverLoad",
  "ImageLoad",
  "CreateRemoteThread",
  "RawAccessRead",
  "ProcessAccess",
  "FileCreate",
  "RegistryEvent",
  "FileCreateStreamHash",
  "PipeEvent",
  "WmiEvent",
  "DnsQuery",
  "FileDelete",
  "FileExecutableDetected",
];
/** A configuration that logs every event that a live capture gives. */
export const EVERYTHING = `<Sysmon schemaversion="4.90"><EventFiltering>${
  TAGS.map((tag) => `<RuleGroup groupRelation="or"><${tag} onmatch="exclude"/></RuleGroup>`).join(
    "",
  )
}</EventFiltering></Sysmon>`;

/** A script, a configuration, and who reads them. */
export class Scene implements Disposable {
  readonly #folder = Deno.makeTempDirSync();
  readonly script = `${this.#folder}\\script.txt`;
  readonly config = `${this.#folder}\\config.xml`;
  readonly #log = `${this.#folder}\\calls.txt`;
  #native: Native | undefined;

  constructor(configuration: string, ...lines: string[]) {
    Deno.writeTextFileSync(this.script, lines.join("\n"));
    Deno.writeTextFileSync(this.config, configuration);
  }

  /** What was asked of Windows, one call a line. */
  get calls(): string[] {
    return Deno.readTextFileSync(this.#log).trim().split("\n");
  }

  get variables(): Record<string, string> {
    return {
      MONOMI_ETW_LIBRARY: FAKE,
      MONOMI_FAKE_ETW: this.script,
      MONOMI_FAKE_ETW_LOG: this.#log,
    };
  }

  /** The native library in this process, with this script. */
  native(): Native {
    for (const [name, value] of Object.entries(this.variables)) Deno.env.set(name, value);
    return this.#native = new Native(TESTED);
  }

  [Symbol.dispose](): void {
    this.#native?.close();
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

/** Runs monomi with a native library, by default the one for scripts. */
export async function monomi(
  args: readonly string[],
  env: Record<string, string>,
  library = TESTED,
): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      "--cached-only",
      "--node-modules-dir=manual",
      MAIN,
      `--monomi-native=${library}`,
      ...args,
    ],
    env,
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, err };
}

/** Ids and fields of the events in lines of JSON. */
export function factsOf(lines: string): [id: number, fields: Record<string, unknown>][] {
  return lines.split("\n").filter((line) => line !== "").map((line) => {
    const event = JSON.parse(line);
    return [Number(event.EventID), event];
  });
}
