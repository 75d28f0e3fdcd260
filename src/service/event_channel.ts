/** The channel of the sink `eventlog`: Windows knows it while the instance is installed. */
import { eventProvider } from "../schema/mod.ts";
import { eventLibrary, printEventManifest } from "../schema_output/mod.ts";
import { channelFilesOf, type Identity } from "./identity.ts";
import { readIfThere, writePrivately } from "./private_files.ts";

const PATIENCE_MS = 60_000;

/** Makes Windows know the channel of this version; why it does not, or undefined. */
export async function registerChannel(identity: Identity): Promise<string | undefined> {
  const { library, manifest } = channelFilesOf(identity);
  const provider = eventProvider(identity.name);
  try {
    // What an earlier version registered; a library that Windows has open cannot be replaced.
    await unregisterChannel(identity);
    writePrivately(library, eventLibrary(provider));
    writePrivately(manifest, printEventManifest(provider, library));
    return await wevtutil(identity, "im", manifest);
  } catch (error) {
    return (error as Error).message;
  }
}

/** Makes Windows forget it; the files stay. */
export async function unregisterChannel(identity: Identity): Promise<void> {
  const { manifest } = channelFilesOf(identity);
  if (readIfThere(manifest) !== undefined) await wevtutil(identity, "um", manifest);
}

/** Why Windows' program failed, or undefined. */
async function wevtutil(
  { programDirectory }: Identity,
  what: "im" | "um",
  manifest: string,
): Promise<string | undefined> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(
      `${programDirectory}\\System32\\wevtutil.exe`,
      { args: [what, manifest], stdin: "null", signal: AbortSignal.timeout(PATIENCE_MS) },
    ).output();
    if (code === 0) return undefined;
    const said = [stderr, stdout].map((bytes) => new TextDecoder().decode(bytes).trim()).join(" ");
    return `wevtutil ${what} ended with ${code}: ${said}`;
  } catch (error) {
    return `cannot run wevtutil: ${(error as Error).message}`;
  }
}
