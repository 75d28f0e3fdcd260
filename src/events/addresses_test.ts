import { strictEqual as equals } from "node:assert/strict";
import { ipv4, ipv6 } from "./addresses.ts";

Deno.test("IPv4 is dotted decimal", () => {
  equals(ipv4(Uint8Array.of(9, 192, 168, 0, 255), 1), "192.168.0.255");
});

Deno.test("IPv6 is eight unpadded groups and never compressed (T25)", () => {
  const loopback = new Uint8Array(16);
  loopback[15] = 1;
  equals(ipv6(loopback, 0), "0:0:0:0:0:0:0:1");
  equals(
    ipv6(Uint8Array.of(0x20, 1, 0xd, 0xb8, ...new Array(12).fill(0xab)), 0).slice(0, 14),
    "2001:db8:abab:",
  );
});
