/**
 * Addresses as Sysmon prints them (config-semantics T25): IPv6 is never compressed.
 */

/** Dotted decimal of the four bytes at `offset`. */
export function ipv4(bytes: Uint8Array, offset: number): string {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
}

/** Eight groups of lower-case hexadecimal without padding. */
export function ipv6(bytes: Uint8Array, offset: number): string {
  let text = "";
  for (let i = 0; i < 16; i += 2) {
    const group = bytes[offset + i] << 8 | bytes[offset + i + 1];
    text += i === 0 ? group.toString(16) : `:${group.toString(16)}`;
  }
  return text;
}
