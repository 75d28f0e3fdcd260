/**
 * What an event needs to know about the host it is from. Live capture asks the running system, a
 * replay the head of its record file.
 */

/** Facts of a host. */
export interface Host {
  /** Name printed as Computer. */
  readonly computer: string;
  /** First four bytes of the machine id (T5). */
  readonly machine: number;
  /** Wall clock minus boot clock in milliseconds. */
  bootEpoch(): number;
  /** The same as GUIDs of processes have it; {@link bootEpoch} at the start when absent. */
  guidEpoch?(): number;
  /** Account name, or `-` (T11). */
  userName(uid: number): string;
  /** When the user logged on at a terminal (`major << 20 | minor`), in seconds since 1970, or 0. */
  logonTime(terminal: number, user: string): number;
  /** Service name of a port, or `-`. */
  portName(port: number, protocol: string): string;
}
