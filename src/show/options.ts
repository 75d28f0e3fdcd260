/** The options of a configuration that are in effect. */
import type { Config } from "../config/model.ts";

/** One option with its value as text. */
export interface ShownOption {
  readonly name: string;
  readonly value: string;
  /** Offset of the entry that sets it; undefined for a default. */
  readonly offset: number | undefined;
}

/** Every option, in the order of their names' importance; the last entry of a name counts. */
export function shownOptions({ options }: Config): ShownOption[] {
  const fieldSizes = [...options.fieldSizes].map(([field, size]) => `${field}:${size}`);
  const accesses = options.processAccessConfig.map(({ image, mask }) =>
    `${image}:0x${mask.toString(16)}`
  );
  const values: Readonly<Record<string, string>> = {
    HashAlgorithms: [...options.hashAlgorithms].join(","),
    FieldSizes: fieldSizes.join(",") || "no limits",
    DnsLookup: onOff(options.dnsLookup),
    CheckRevocation: onOff(options.checkRevocation),
    ArchiveDirectory: options.archiveDirectory ?? "not set",
    CaptureClipboard: onOff(options.captureClipboard),
    DriverName: options.driverName ?? "not set",
    ProcessAccessConfig: accesses.join(",") || "not set",
    PipeMonitoringConfig: options.pipeMonitoringConfig ?? "not set",
    DriverQueueSize: String(options.driverQueueSize ?? "not set"),
    SigningQueueSize: String(options.signingQueueSize ?? "not set"),
  };
  return Object.entries(values).map(([name, value]) => ({
    name,
    value,
    offset: options.entries.findLast((entry) => entry.name === name)?.offset,
  }));
}

function onOff(on: boolean): string {
  return on ? "on" : "off";
}
