/**
 * Who says it, per system: what SIEM parsers know Sysmon's events by.
 */

/** Provider and channel of an event (T34, T36, T39). */
export const PROVIDERS = {
  linux: {
    name: "Linux-Sysmon",
    guid: "{ff032593-a8d3-4f13-b0d6-01fc615a0f97}",
    channel: "Linux-Sysmon/Operational",
  },
  windows: {
    name: "Microsoft-Windows-Sysmon",
    guid: "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}",
    channel: "Microsoft-Windows-Sysmon/Operational",
  },
} as const;
