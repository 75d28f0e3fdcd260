/** Registry paths as Sysmon abbreviates them (config-semantics N7). */

const ROOTS: readonly (readonly [RegExp, string])[] = [
  [
    /^\\REGISTRY\\MACHINE\\SYSTEM\\(?:CURRENTCONTROLSET|ControlSet\d{3})\\HARDWARE PROFILES\\CURRENT(?=\\|$)/i,
    "HKCC",
  ],
  [/^\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001(?=\\|$)/i, "HKLM\\System\\CurrentControlSet"],
  [/^\\REGISTRY\\MACHINE(?=\\|$)/i, "HKLM"],
  [/^\\REGISTRY\\USER(?=\\|$)/i, "HKU"],
];

/** The kernel's path with Sysmon's name of its root. */
export function registryPath(path: string): string {
  for (const [root, name] of ROOTS) {
    if (root.test(path)) return path.replace(root, () => name);
  }
  return path;
}

const [REG_SZ, REG_EXPAND_SZ, REG_DWORD, REG_MULTI_SZ, REG_QWORD] = [1, 2, 4, 7, 11];

/** Sysmon's Details of a value: texts as they are, numbers in hexadecimal, the rest by its type. */
export function registryDetails(type: number | undefined, hexadecimal: string): string {
  const bytes = Uint8Array.from(
    hexadecimal.match(/../g) ?? [],
    (digits) => parseInt(digits, 16),
  );
  switch (type) {
    case REG_SZ:
    case REG_EXPAND_SZ:
      return new TextDecoder("utf-16le").decode(bytes).replace(/\0[\s\S]*$/, "") || "(Empty)";
    case REG_MULTI_SZ:
      return "Binary Data";
    case REG_DWORD:
      return bytes.length < 4 ? "-" : `DWORD (0x${littleEndian(bytes.subarray(0, 4))})`;
    case REG_QWORD: {
      if (bytes.length < 8) return "-";
      const digits = littleEndian(bytes.subarray(0, 8));
      return `QWORD (0x${digits.slice(0, 8)}-0x${digits.slice(8)})`;
    }
    default:
      return "Binary Data";
  }
}

function littleEndian(bytes: Uint8Array): string {
  return [...bytes].reverse().map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
