/** What differs in the entries directly under `<Sysmon>`. */
import type { Config, ConfigOptions } from "../config/mod.ts";

/** One option with another effect. */
export interface OptionChange {
  /** Name of the entry. */
  readonly name: string;
  /** What is in force, whether or not the file says it. */
  readonly before: string;
  readonly after: string;
  /** Where the file says it; undefined where it does not. */
  readonly offsetBefore: number | undefined;
  readonly offsetAfter: number | undefined;
}

const NOT_SET = "not set";

const READERS: Readonly<Record<string, (options: ConfigOptions) => string>> = {
  HashAlgorithms: ({ hashAlgorithms }) => [...hashAlgorithms].toSorted().join(","),
  CheckRevocation: ({ checkRevocation }) => onOff(checkRevocation),
  DnsLookup: ({ dnsLookup }) => onOff(dnsLookup),
  ArchiveDirectory: ({ archiveDirectory }) => archiveDirectory ?? NOT_SET,
  CaptureClipboard: ({ captureClipboard }) => onOff(captureClipboard),
  FieldSizes: ({ fieldSizes }) =>
    [...fieldSizes].map(([field, size]) => `${field}:${size}`).toSorted().join(",") || NOT_SET,
  DriverName: ({ driverName }) => driverName ?? NOT_SET,
  PipeMonitoringConfig: ({ pipeMonitoringConfig }) => pipeMonitoringConfig ?? NOT_SET,
  ProcessAccessConfig: ({ processAccessConfig }) =>
    processAccessConfig.map(({ image, mask }) => `${image}:0x${mask.toString(16)}`).join(",") ||
    NOT_SET,
  DriverQueueSize: ({ driverQueueSize }) => String(driverQueueSize ?? NOT_SET),
  SigningQueueSize: ({ signingQueueSize }) => String(signingQueueSize ?? NOT_SET),
};

function onOff(value: boolean): string {
  return value ? "on" : "off";
}

/** Options that are not the same in force, however they are written. */
export function compareOptions(before: Config, after: Config): OptionChange[] {
  return Object.entries(READERS).flatMap(([name, read]): OptionChange[] => {
    const a = read(before.options);
    const b = read(after.options);
    if (a === b) return [];
    const place = ({ options }: Config) =>
      options.entries.findLast((entry) => entry.name === name)?.offset;
    return [{
      name,
      before: a,
      after: b,
      offsetBefore: place(before),
      offsetAfter: place(after),
    }];
  });
}
