/**
 * The local account file (passwd(5)), for recordings that are replayed elsewhere.
 */

const MOST_ACCOUNTS = 65_536;

/** Account names by user id; the first entry of an id counts. */
export function parseAccounts(text: string): Record<string, string> {
  const users: Record<string, string> = {};
  for (const line of text.split("\n").slice(0, MOST_ACCOUNTS)) {
    const [name, , uid] = line.split(":");
    if (uid !== undefined && /^\d+$/.test(uid)) users[uid] ??= name;
  }
  return users;
}
