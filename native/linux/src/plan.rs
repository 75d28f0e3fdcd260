//! Which kernel programs a set of Sysmon events needs, and which tracepoints they go to.

/// The oldest kernel whose helpers the programs use (bpf_get_current_task_btf: 5.11,
/// bpf_task_pt_regs: 5.15).
pub const MINIMUM_KERNEL: (u32, u32) = (5, 15);

/// A tracepoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// One with typed arguments that every supported kernel has.
    Typed(&'static str),
    /// One with typed arguments that older kernels lack; the capture works without it.
    NewerTyped(&'static str),
    /// The exit of a system call; left out where the architecture or kernel lacks it.
    Exit(&'static str),
    /// One of a driver; left out where the driver is not there.
    Driver(&'static str),
}

impl Hook {
    /// The tracepoint's name.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Typed(name) | Self::NewerTyped(name) | Self::Driver(name) => name.to_string(),
            Self::Exit(call) => format!("sys_exit_{call}"),
        }
    }
}

/// A tracepoint and the Sysmon events that need it.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Where.
    pub hook: Hook,
    /// Event ids; empty: always needed.
    pub events: &'static [u32],
}

impl Place {
    /// The events that this hook gives; those without a list of their own follow processes.
    pub fn serves(&self) -> &'static [u32] {
        if self.events.is_empty() {
            PROCESS
        } else {
            self.events
        }
    }

    /// Whether a configuration that can log `events` needs this hook.
    #[must_use]
    pub fn needed(&self, events: EventSet) -> bool {
        self.events.is_empty() || self.events.iter().any(|&id| events.has(id))
    }
}

/// One kernel program of the plan.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Its function name in the object.
    pub name: &'static str,
    /// The kind of record whose losses its skipped runs are counted with.
    pub kind: &'static str,
    /// Where it goes.
    pub places: &'static [Place],
}

const fn at(hook: Hook, events: &'static [u32]) -> Place {
    Place { hook, events }
}

const PROCESS: &[u32] = &[1, 5];
const CREATE: &[u32] = &[11];
const DELETE: &[u32] = &[23, 26];
const EITHER: &[u32] = &[11, 23, 26];
const NETWORK: &[u32] = &[3];

/// Every program, in the order in which it is attached: lineage first, so that no process is
/// missed between the snapshot and the first event.
pub const PROGRAMS: &[Program] = &[
    Program {
        name: "process_fork",
        kind: "fork",
        places: &[at(Hook::Typed("sched_process_fork"), &[])],
    },
    Program {
        name: "process_exec",
        kind: "exec",
        places: &[at(Hook::Typed("sched_process_exec"), &[])],
    },
    Program {
        name: "process_exit",
        kind: "exit",
        places: &[at(Hook::Typed("sched_process_exit"), &[])],
    },
    Program {
        name: "file_open",
        kind: "fileCreate",
        places: &[
            at(Hook::Exit("open"), CREATE),
            at(Hook::Exit("openat"), CREATE),
            at(Hook::Exit("openat2"), CREATE),
            at(Hook::Exit("creat"), CREATE),
        ],
    },
    Program {
        name: "file_evict",
        kind: "fileDelete",
        places: &[
            at(Hook::Driver("ext4_evict_inode"), DELETE),
            at(Hook::Driver("btrfs_inode_evict"), DELETE),
            at(Hook::Driver("f2fs_evict_inode"), DELETE),
        ],
    },
    Program {
        name: "file_name",
        kind: "fileCreate",
        places: &[
            at(Hook::Exit("mknod"), CREATE),
            at(Hook::Exit("mknodat"), CREATE),
            at(Hook::Exit("link"), CREATE),
            at(Hook::Exit("linkat"), CREATE),
            at(Hook::Exit("symlink"), CREATE),
            at(Hook::Exit("symlinkat"), CREATE),
            at(Hook::Exit("rename"), EITHER),
            at(Hook::Exit("renameat"), EITHER),
            at(Hook::Exit("renameat2"), EITHER),
            at(Hook::Exit("unlink"), DELETE),
            at(Hook::Exit("unlinkat"), DELETE),
        ],
    },
    Program {
        name: "network_connect",
        kind: "network",
        places: &[at(Hook::Typed("inet_sock_set_state"), NETWORK)],
    },
    Program {
        name: "network_accept",
        kind: "network",
        places: &[
            at(Hook::Exit("accept"), NETWORK),
            at(Hook::Exit("accept4"), NETWORK),
        ],
    },
    Program {
        name: "network_message",
        kind: "network",
        places: &[
            at(Hook::Exit("sendto"), NETWORK),
            at(Hook::Exit("sendmsg"), NETWORK),
            at(Hook::Exit("sendmmsg"), NETWORK),
            at(Hook::Exit("recvfrom"), NETWORK),
            at(Hook::Exit("recvmsg"), NETWORK),
            at(Hook::Exit("recvmmsg"), NETWORK),
        ],
    },
    Program {
        name: "network_send",
        kind: "network",
        places: &[at(Hook::NewerTyped("sock_send_length"), NETWORK)],
    },
    Program {
        name: "network_receive",
        kind: "network",
        places: &[at(Hook::NewerTyped("sock_recv_length"), NETWORK)],
    },
];

/// A set of Sysmon event ids below 64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventSet(pub u64);

impl EventSet {
    /// Whether the set has an id.
    #[must_use]
    pub const fn has(self, id: u32) -> bool {
        id < 64 && self.0 & (1 << id) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hooks(events: u64) -> Vec<String> {
        PROGRAMS
            .iter()
            .flat_map(|program| program.places)
            .filter(|place| place.needed(EventSet(events)))
            .map(|place| place.hook.name())
            .collect()
    }

    #[test]
    fn process_lineage_is_always_needed_and_nothing_else() {
        let lineage = [
            "sched_process_fork",
            "sched_process_exec",
            "sched_process_exit",
        ];
        assert_eq!(hooks(0), lineage);
        assert_eq!(hooks(1 << 1 | 1 << 5), lineage);
    }

    #[test]
    fn either_delete_event_needs_unlink_and_rename_but_no_open() {
        assert_eq!(hooks(1 << 23), hooks(1 << 26));
        for hook in ["sys_exit_unlinkat", "sys_exit_rename", "ext4_evict_inode"] {
            assert!(hooks(1 << 23).contains(&hook.to_string()), "{hook}");
        }
        assert!(!hooks(1 << 23).contains(&"sys_exit_openat".to_string()));
        assert!(!hooks(1 << 11).contains(&"sys_exit_unlinkat".to_string()));
    }
}
