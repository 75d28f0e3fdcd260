//! The plan itself: every kernel program, where it goes, and for which events.

use super::{Hook, Place, Program};
use crate::links::CALL_EXITS;

const fn at(hook: Hook, events: &'static [u32]) -> Place {
    Place { hook, events }
}

const CREATE: &[u32] = &[11];
/// What deletes or replaces a running image is tampering.
const DELETE: &[u32] = &[23, 25, 26];
const EITHER: &[u32] = &[11, 23, 25, 26];
const NETWORK: &[u32] = &[3];
/// Together these see every datagram that is sent.
const SENDING: &[&str] = &["network_name4", "network_name6", "network_send"];
const TIMES: &[u32] = &[2];
const INJECT: &[u32] = &[8];
const ACCESS: &[u32] = &[10];
const INJECT_OR_ACCESS: &[u32] = &[8, 10];
/// The memory of others is opened before it is written to.
const SPECIAL_FILES: &[u32] = &[8, 9, 10, 18];
const PIPE_CREATED: &[u32] = &[17];
const PIPE_CONNECTED: &[u32] = &[18];
const STREAM: &[u32] = &[15];
const DNS: &[u32] = &[22];
const LOAD: &[u32] = &[7];
const LOAD_OR_TAMPER: &[u32] = &[7, 25];
const TAMPER: &[u32] = &[25];
const BPF: &[u32] = &[100];
const EXECUTABLE: &[u32] = &[29];
const MODULE: &[u32] = &[6];
/// What io_uring can do is done behind the back of system calls.
const RING_NAMES: &[u32] = &[11, 23, 25, 26, 29];
const RING_RESULTS: &[u32] = &[3, 8, 9, 10, 11, 18, 23, 25, 26];
/// What has an exit of a system call among its hooks.
const CALLS: &[u32] = &[2, 3, 6, 7, 8, 9, 10, 11, 15, 17, 18, 23, 25, 26, 29, 100];

/// Every program that sees, in the order in which it is attached: lineage first, so that no process is
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
        name: "process_moved",
        kind: "container",
        places: &[at(Hook::NewerTyped("cgroup_attach_task"), &[])],
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
        name: "times_enter",
        kind: "fileTime",
        places: &[
            at(Hook::Enter("utimensat"), TIMES),
            at(Hook::Enter("futimesat"), TIMES),
        ],
    },
    Program {
        name: "times_exit",
        kind: "fileTime",
        places: &[
            at(Hook::Exit("utimensat"), TIMES),
            at(Hook::Exit("futimesat"), TIMES),
            at(Hook::Exit("utimes"), TIMES),
            at(Hook::Exit("utime"), TIMES),
        ],
    },
    Program {
        name: "access_call",
        kind: "access",
        places: &[
            at(Hook::Exit("ptrace"), INJECT_OR_ACCESS),
            at(Hook::Exit("process_vm_readv"), ACCESS),
            at(Hook::Exit("process_vm_writev"), INJECT),
            at(Hook::Exit("pidfd_getfd"), ACCESS),
        ],
    },
    Program {
        name: "special_open",
        kind: "access",
        places: &[
            at(Hook::Exit("open"), SPECIAL_FILES),
            at(Hook::Exit("openat"), SPECIAL_FILES),
            at(Hook::Exit("openat2"), SPECIAL_FILES),
        ],
    },
    Program {
        name: "access_write",
        kind: "inject",
        places: &[
            at(Hook::Exit("write"), INJECT),
            at(Hook::Exit("writev"), INJECT),
            at(Hook::Exit("pwrite64"), INJECT),
            at(Hook::Exit("pwritev"), INJECT),
            at(Hook::Exit("pwritev2"), INJECT),
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
        name: "network_name4",
        kind: "network",
        places: &[at(Hook::NamedMessages("cgroup/sendmsg4"), NETWORK)],
    },
    Program {
        name: "network_name6",
        kind: "network",
        places: &[at(Hook::NamedMessages("cgroup/sendmsg6"), NETWORK)],
    },
    Program {
        name: "network_send",
        kind: "network",
        places: &[at(Hook::NewerTyped("sock_send_length"), NETWORK)],
    },
    Program {
        name: "network_message",
        kind: "network",
        places: &[
            at(Hook::ExitUnless("sendto", SENDING), NETWORK),
            at(Hook::ExitUnless("sendmsg", SENDING), NETWORK),
            at(Hook::ExitUnless("sendmmsg", SENDING), NETWORK),
            at(Hook::Exit("recvfrom"), NETWORK),
            at(Hook::Exit("recvmsg"), NETWORK),
            at(Hook::Exit("recvmmsg"), NETWORK),
        ],
    },
    Program {
        name: "network_receive",
        kind: "network",
        places: &[at(Hook::NewerTyped("sock_recv_length"), NETWORK)],
    },
    Program {
        name: "dns_query",
        kind: "dns",
        places: &[at(Hook::PacketsOut, DNS)],
    },
    Program {
        name: "dns_answer",
        kind: "dns",
        places: &[at(Hook::PacketsIn, DNS)],
    },
    Program {
        name: "pipe_make",
        kind: "pipeCreate",
        places: &[
            at(Hook::Exit("mknod"), PIPE_CREATED),
            at(Hook::Exit("mknodat"), PIPE_CREATED),
        ],
    },
    Program {
        name: "pipe_socket",
        kind: "pipeConnect",
        places: &[
            at(Hook::Exit("bind"), PIPE_CREATED),
            at(Hook::Exit("connect"), PIPE_CONNECTED),
        ],
    },
    Program {
        name: "stream_set",
        kind: "stream",
        places: &[
            at(Hook::Exit("setxattr"), STREAM),
            at(Hook::Exit("lsetxattr"), STREAM),
            at(Hook::Exit("fsetxattr"), STREAM),
            at(Hook::Exit("setxattrat"), STREAM),
        ],
    },
    Program {
        name: "mapping_made",
        kind: "imageLoad",
        places: &[at(Hook::Exit("mmap"), LOAD)],
    },
    Program {
        name: "mapping_changed",
        kind: "imageLoad",
        places: &[
            at(Hook::NewerExit("mprotect"), LOAD_OR_TAMPER),
            at(Hook::NewerExit("pkey_mprotect"), LOAD_OR_TAMPER),
        ],
    },
    Program {
        name: "mapping_image",
        kind: "tamper",
        places: &[at(Hook::Exit("prctl"), TAMPER)],
    },
    Program {
        name: "bpf_call",
        kind: "bpf",
        places: &[at(Hook::Exit("bpf"), BPF)],
    },
    Program {
        name: "executable_close",
        kind: "executable",
        places: &[at(Hook::Enter("close"), EXECUTABLE)],
    },
    Program {
        name: "executable_replace",
        kind: "executable",
        places: &[
            at(Hook::Enter("dup2"), EXECUTABLE),
            at(Hook::Enter("dup3"), EXECUTABLE),
        ],
    },
    Program {
        name: "executable_close_range",
        kind: "executable",
        places: &[at(Hook::Enter("close_range"), EXECUTABLE)],
    },
    Program {
        name: "executable_exit",
        kind: "executable",
        places: &[at(Hook::Typed("sched_process_exit"), EXECUTABLE)],
    },
    Program {
        name: "executable_mode",
        kind: "executable",
        places: &[
            at(Hook::Exit("chmod"), EXECUTABLE),
            at(Hook::Exit("fchmod"), EXECUTABLE),
            at(Hook::Exit("fchmodat"), EXECUTABLE),
            at(Hook::Exit("fchmodat2"), EXECUTABLE),
        ],
    },
    Program {
        name: "module_accepted",
        kind: "module",
        places: &[at(Hook::Driver("module_load"), MODULE)],
    },
    Program {
        name: "module_loaded",
        kind: "module",
        places: &[
            at(Hook::Exit("init_module"), MODULE),
            at(Hook::Exit("finit_module"), MODULE),
        ],
    },
    Program {
        name: "uring_submit",
        kind: "fileCreate",
        places: &[
            at(Hook::NewerRaw("io_uring_submit_req"), RING_NAMES),
            at(Hook::NewerRaw("io_uring_submit_sqe"), RING_NAMES),
        ],
    },
    Program {
        name: "uring_complete",
        kind: "done",
        places: &[at(Hook::NewerRaw("io_uring_complete"), RING_RESULTS)],
    },
    Program {
        name: "compat_exit",
        kind: "fileCreate",
        places: &[at(Hook::CompatExits, RING_RESULTS)],
    },
    Program {
        name: "call_exit",
        kind: "fileCreate",
        places: &[at(Hook::Typed(CALL_EXITS), CALLS)],
    },
];
