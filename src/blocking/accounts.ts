/** Which account names the kernel can be told beforehand. */
import { parseAccounts } from "../sources/accounts.ts";
import { LIMITS } from "./encode.ts";
import type { Accounts } from "./compile.ts";

const ACCOUNTS = "/etc/passwd";
const SOURCES = "/etc/nsswitch.conf";
/** Sources of accounts that are in the file, or that come into being with a service. */
const KNOWN_SOURCES: ReadonlySet<string> = new Set(["files", "compat", "systemd"]);

/** The host's accounts, or why they are not known. */
export async function readAccounts(): Promise<Accounts> {
  const [accounts, sources] = await Promise.all(
    [ACCOUNTS, SOURCES].map((path) => Deno.readTextFile(path).catch(() => "")),
  );
  return accountsOf(accounts, sources);
}

/** {@link readAccounts} on the texts of passwd(5) and nsswitch.conf(5). */
export function accountsOf(accounts: string, sources: string): Accounts {
  const line = /^\s*passwd:(.*)$/m.exec(sources)?.[1].replace(/\[[^\]]*\]/g, "") ?? "";
  const foreign = line.split(/\s+/).find((word) => word !== "" && !KNOWN_SOURCES.has(word));
  if (foreign !== undefined) {
    return `accounts come from '${foreign}', too (${SOURCES}), and the kernel knows those of ${ACCOUNTS} only`;
  }
  const users = Object.entries(parseAccounts(accounts));
  const tooLong = users.some(([, name]) =>
    new TextEncoder().encode(name).length > LIMITS.nameBytes
  );
  if (users.length > LIMITS.users || tooLong) return `${ACCOUNTS} has too many or too long names`;
  return new Map(users.map(([uid, name]) => [Number(uid), name === "" ? "-" : name]));
}
