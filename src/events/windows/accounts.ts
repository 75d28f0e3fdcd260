/** Names for SIDs, as far as they are the same on every Windows ([MS-DTYP] 2.4.2.4). */
import { MISSING } from "../event.ts";
import { BoundedMap } from "./bounded_map.ts";

const ACCOUNTS: Readonly<Record<string, string>> = {
  "S-1-5-7": "NT AUTHORITY\\ANONYMOUS LOGON",
  "S-1-5-18": "NT AUTHORITY\\SYSTEM",
  "S-1-5-19": "NT AUTHORITY\\LOCAL SERVICE",
  "S-1-5-20": "NT AUTHORITY\\NETWORK SERVICE",
};

/** Mandatory labels by their last part. */
const LEVELS: readonly (readonly [number, string])[] = [
  [0x4000, "System"],
  [0x3000, "High"],
  [0x2000, "Medium"],
  [0x1000, "Low"],
  [0, "Untrusted"],
];

const MAX_ACCOUNTS = 4096;

/** Names of accounts: those that every Windows has, and those that were told. */
export class Accounts {
  readonly #told = new BoundedMap<string, string>(MAX_ACCOUNTS);

  /** Learns the name of an account of this host or its domain. */
  learn(sid: string, name: string): void {
    this.#told.set(sid, name);
  }

  /** `DOMAIN\name` of an account whose name is known, else the SID; `-` for none. */
  name(sid: string): string {
    return sid === "" ? MISSING : this.#told.get(sid) ?? ACCOUNTS[sid] ?? sid;
  }
}

/** Sysmon's IntegrityLevel of a label `S-1-16-…`; `-` for none. */
export function integrityLevel(label: string): string {
  const match = /^S-1-16-(\d{1,6})$/.exec(label);
  if (match === null) return MISSING;
  return LEVELS.find(([least]) => Number(match[1]) >= least)![1];
}
