//! Which kernel programs a set of Sysmon events needs, and which tracepoints they go to.

/// The oldest kernel whose helpers the programs use (bpf_get_current_task_btf: 5.11,
/// bpf_task_pt_regs: 5.15).
pub const MINIMUM_KERNEL: (u32, u32) = (5, 15);

/// Where a program is attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// A tracepoint with typed arguments.
    Typed(&'static str),
    /// The exits of system calls; those that the kernel lacks are left out.
    SystemCalls(&'static [&'static str]),
    /// Tracepoints of drivers, by name; those that the kernel lacks are left out.
    Raw(&'static [&'static str]),
}

/// One kernel program of the plan.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Its function name in the object.
    pub name: &'static str,
    /// Where it goes.
    pub hook: Hook,
    /// The Sysmon event ids that need it; empty: always needed.
    pub events: &'static [u32],
    /// The capture works without it on kernels that lack its hook.
    pub optional: bool,
}

const fn typed(name: &'static str, hook: &'static str, events: &'static [u32]) -> Program {
    Program {
        name,
        hook: Hook::Typed(hook),
        events,
        optional: false,
    }
}

const fn calls(
    name: &'static str,
    calls: &'static [&'static str],
    events: &'static [u32],
) -> Program {
    Program {
        name,
        hook: Hook::SystemCalls(calls),
        events,
        optional: false,
    }
}

const CREATE: &[u32] = &[11];
const DELETE: &[u32] = &[23, 26];
const RENAME: &[u32] = &[11, 23, 26];
const NETWORK: &[u32] = &[3];

/// Every program, in the order in which it is attached: lineage first, so that no process is
/// missed between the snapshot and the first event.
pub const PROGRAMS: &[Program] = &[
    typed("process_fork", "sched_process_fork", &[]),
    typed("process_exec", "sched_process_exec", &[]),
    typed("process_exit", "sched_process_exit", &[]),
    calls("file_open", &["open", "openat", "openat2", "creat"], CREATE),
    calls("file_mknod", &["mknod"], CREATE),
    calls("file_mknodat", &["mknodat"], CREATE),
    calls("file_link", &["link"], CREATE),
    calls("file_linkat", &["linkat"], CREATE),
    calls("file_symlink", &["symlink"], CREATE),
    calls("file_symlinkat", &["symlinkat"], CREATE),
    calls("file_rename", &["rename"], RENAME),
    calls("file_renameat", &["renameat"], RENAME),
    calls("file_renameat2", &["renameat2"], RENAME),
    Program {
        name: "file_evict",
        hook: Hook::Raw(&["ext4_evict_inode", "btrfs_inode_evict", "f2fs_evict_inode"]),
        events: DELETE,
        optional: true,
    },
    calls("file_unlink", &["unlink"], DELETE),
    calls("file_unlinkat", &["unlinkat"], DELETE),
    typed("network_connect", "inet_sock_set_state", NETWORK),
    calls("network_accept", &["accept", "accept4"], NETWORK),
    calls("network_sendto", &["sendto"], NETWORK),
    calls("network_sendmsg", &["sendmsg"], NETWORK),
    calls("network_sendmmsg", &["sendmmsg"], NETWORK),
    Program {
        name: "network_send_length",
        hook: Hook::Typed("sock_send_length"),
        events: NETWORK,
        optional: true,
    },
    calls("network_recvfrom", &["recvfrom"], NETWORK),
    calls("network_recvmsg", &["recvmsg"], NETWORK),
    calls("network_recvmmsg", &["recvmmsg"], NETWORK),
    Program {
        name: "network_receive_length",
        hook: Hook::Typed("sock_recv_length"),
        events: NETWORK,
        optional: true,
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

impl Program {
    /// Whether a configuration that can log `events` needs this program.
    #[must_use]
    pub fn needed(&self, events: EventSet) -> bool {
        self.events.is_empty() || self.events.iter().any(|&id| events.has(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(events: u64) -> Vec<&'static str> {
        PROGRAMS
            .iter()
            .filter(|program| program.needed(EventSet(events)))
            .map(|program| program.name)
            .collect()
    }

    #[test]
    fn process_lineage_is_always_needed_and_nothing_else() {
        assert_eq!(names(0), ["process_fork", "process_exec", "process_exit"]);
        assert_eq!(names(1 << 1 | 1 << 5), names(0));
    }

    #[test]
    fn either_delete_event_needs_the_unlink_programs() {
        assert_eq!(names(1 << 23), names(1 << 26));
        assert!(names(1 << 23).contains(&"file_unlinkat"));
        assert!(!names(1 << 23).contains(&"file_open"));
    }
}
