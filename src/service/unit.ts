/** The unit with which systemd runs an instance. */
import type { Identity } from "./identity.ts";

/**
 * What the sensor is left with, and for what. Everything else of root's power is taken away before
 * it starts.
 */
export const CAPABILITIES: Readonly<Record<string, string>> = {
  CAP_BPF: "load kernel programs and maps",
  CAP_PERFMON: "attach them to tracepoints, read the kernel's memory in them",
  CAP_NET_ADMIN: "attach to the root of the control groups (event 22), ask for routes",
  CAP_SYS_ADMIN: "attach to security hooks (27, 28), iterate over tasks, enter mount namespaces",
  CAP_SYS_PTRACE: "read /proc of every process: images, command lines, mount namespaces",
  CAP_DAC_READ_SEARCH: "hash every image, whoever may read it",
  CAP_SYS_CHROOT: "enter the mount namespace of a container to hash an image in it",
  CAP_SYS_RESOURCE: "show the program's own command line instead of the runtime's",
  CAP_SYS_NICE: "come before what it watches when the host is busy",
};

/** How the unit is written. */
export interface UnitOptions {
  /** The program that systemd starts; where the identity says when absent. */
  readonly program?: string;
  /** Whether systemd is 254 or newer and can wait longer after each failure. */
  readonly hasRestartSteps: boolean;
}

/** The line by which a unit is known to be an instance's. */
export function startsLine(program: string): string {
  return `ExecStart=${program} service`;
}

/** The unit file's text. */
export function unitText(
  identity: Identity,
  { program = identity.program, hasRestartSteps }: UnitOptions,
): string {
  const { name } = identity;
  const reasons = Object.entries(CAPABILITIES).map(([capability, reason]) =>
    `#   ${capability.padEnd(20)} ${reason}\n`
  );
  return `[Unit]
Description=${name}, a system monitor in Sysmon's tradition
Documentation=man:monomi(1)
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
${startsLine(program)}
# Ends with the reason when the configuration is refused.
ExecReload=${program} reload
Restart=on-failure
# Wrong settings: starting again does not mend them.
RestartPreventExitStatus=2
RestartSec=${hasRestartSteps ? "1\nRestartSteps=6\nRestartMaxDelaySec=60" : "5"}
# Before it is started again: the kernel goes on capturing meanwhile.
RestartKillSignal=SIGUSR2
TimeoutStartSec=180
TimeoutStopSec=20
WatchdogSec=60
OOMScoreAdjust=-900
UMask=0077
ConfigurationDirectory=${name}
ConfigurationDirectoryMode=0700
StateDirectory=${name}
StateDirectoryMode=0700
LogsDirectory=${name}
LogsDirectoryMode=0700
RuntimeDirectory=${name}
RuntimeDirectoryMode=0700
# The lock must outlive a restart.
RuntimeDirectoryPreserve=restart

# What it may do, and for what:
${reasons.join("")}CapabilityBoundingSet=${Object.keys(CAPABILITIES).join(" ")}
NoNewPrivileges=yes
# "strict" would keep it from writing where sinks and ArchiveDirectory say.
ProtectSystem=full
ProtectHome=read-only
ProtectClock=yes
ProtectKernelLogs=yes
# What ProtectKernelTunables protects, but for /sys: in /sys/fs/bpf the kernel keeps the capture when
# the sensor is killed.
ReadOnlyPaths=/proc/sys /proc/irq /proc/bus -/proc/sysrq-trigger
ProtectControlGroups=yes
RestrictNamespaces=mnt
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
LockPersonality=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=~@clock @cpu-emulation @module @obsolete @raw-io @reboot @swap
# Not set, because programs there could not be hashed any more: PrivateTmp, PrivateDevices,
# ProtectKernelModules. Not set, because the runtime compiles: MemoryDenyWriteExecute.

[Install]
WantedBy=multi-user.target
`;
}
