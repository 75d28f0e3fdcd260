/**
 * TLS of network targets: files that are named, what they hold, and where it is not needed.
 */
import type { Settings } from "./settings.ts";

/** Paths of PEM files. */
export interface TlsFiles {
  /** Certificates of authorities. */
  readonly ca?: string;
  /** The client's own certificate and its key. */
  readonly cert?: string;
  readonly key?: string;
}

/** PEM texts. */
export type Credentials = TlsFiles;

const NAMES = ["ca", "cert", "key"] as const;
const CERTIFICATE = /^-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/m;
const CONTENTS = {
  ca: [CERTIFICATE, "certificate"],
  cert: [CERTIFICATE, "certificate"],
  key: [/^-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/m, "private key"],
} as const;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Takes `ca`, `cert` and `key`. @throws {SinkSyntaxError} */
export function readTlsFiles(settings: Settings): TlsFiles {
  const files = present((name) => settings.take(name));
  if ((files.cert === undefined) !== (files.key === undefined)) {
    throw settings.refusal("cert and key go together");
  }
  return files;
}

/**
 * What the files hold now: they may be replaced while the program runs.
 *
 * @throws a system error for one that cannot be read, an error for one that holds something else: a client
 * would go on without it.
 */
export function credentials(files: TlsFiles): Credentials {
  return present((name) => {
    const path = files[name];
    if (path === undefined) return undefined;
    const text = Deno.readTextFileSync(path);
    const [pattern, what] = CONTENTS[name];
    if (!pattern.test(text)) throw new Error(`${path} holds no ${what} in PEM form`);
    return text;
  });
}

/** Whether a URL's host name is this host's own: what is sent there stays here. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

function present(valueOf: (name: typeof NAMES[number]) => string | undefined): TlsFiles {
  const values = NAMES.map((name) => [name, valueOf(name)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}
