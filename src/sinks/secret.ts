/**
 * Tokens and passwords: from a file, which may be replaced while the program runs, or from the
 * environment; never from the command line.
 */
import type { Settings } from "./settings.ts";

/** Where a secret is. */
export type SecretPlace =
  | { readonly file: string }
  | { readonly variable: string };

/** A secret that can be asked for again and again. */
export type Secret = () => Promise<string>;

const LARGEST_BYTES = 64 * 1024;
const READABLE_BY_OTHERS = 0o044;

/** Takes `NAME-file=PATH` or `NAME-env=VARIABLE`. @throws {SinkSyntaxError} if both are given. */
export function readSecretPlace(name: string, settings: Settings): SecretPlace | undefined {
  const file = settings.take(`${name}-file`);
  const variable = settings.take(`${name}-env`);
  if (file !== undefined && variable !== undefined) {
    throw settings.refusal(`${name}-file and ${name}-env say the same twice; leave one out`);
  }
  return file !== undefined ? { file } : variable !== undefined ? { variable } : undefined;
}

/**
 * Gives what a place holds, without white space around it. A file is read again when it has changed;
 * a variable is read now, because the program gives the environment up.
 *
 * @param tell is told when others can read the file.
 * @throws {Error} if the variable is not there.
 */
export function openSecret(place: SecretPlace, tell: (message: string) => void): Secret {
  if ("variable" in place) {
    const { variable } = place;
    const value = Deno.env.get(variable);
    if (value === undefined) throw new Error(`the environment has no ${variable}`);
    const secret = usable(value, `the environment's ${variable}`);
    return () => Promise.resolve(secret);
  }
  const { file } = place;
  let version = "";
  let secret = "";
  return async () => {
    const { isFile, mtime, ino, size, mode } = await Deno.stat(file);
    // Reading might never end.
    if (!isFile) throw new Error(`${file} is no regular file`);
    const now = `${mtime?.getTime()} ${ino} ${size}`;
    if (now === version) return secret;
    if (size > LARGEST_BYTES) throw new Error(`${file} is too large for a secret`);
    secret = usable(await Deno.readTextFile(file), file);
    version = now;
    if (((mode ?? 0) & READABLE_BY_OTHERS) !== 0) {
      tell(`${file} can be read by others; chmod 600 it`);
    }
    return secret;
  };
}

function usable(text: string, where: string): string {
  const secret = text.trim();
  if (!/^[!-~](?:[ -~]*[!-~])?$/.test(secret)) {
    throw new Error(`${where} holds no secret: one line of printable ASCII is expected`);
  }
  return secret;
}
