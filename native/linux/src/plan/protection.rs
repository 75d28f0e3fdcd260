//! Programs that see what is done to the sensor itself.

use super::{Hook, Place, Program};

/// Error reports are what they give.
const OWN: &[u32] = &[255];

const fn at(hook: Hook) -> Place {
    Place { hook, events: OWN }
}

/// What sees: signals, and calls that reach into processes or name files; and what refuses, at questions to
/// the security modules.
pub const PROTECTION: &[Program] = &[
    Program {
        name: "protect_signal",
        kind: "interference",
        places: &[at(Hook::Typed("signal_generate"))],
    },
    Program {
        name: "protect_call",
        kind: "interference",
        places: &[
            at(Hook::Exit("open")),
            at(Hook::Exit("creat")),
            at(Hook::Exit("openat")),
            at(Hook::Exit("openat2")),
            at(Hook::Exit("ptrace")),
            at(Hook::Exit("process_vm_writev")),
            at(Hook::Exit("pidfd_getfd")),
            at(Hook::Exit("unlink")),
            at(Hook::Exit("rmdir")),
            at(Hook::Exit("unlinkat")),
            at(Hook::Exit("rename")),
            at(Hook::Exit("renameat")),
            at(Hook::Exit("renameat2")),
            at(Hook::Exit("mkdir")),
            at(Hook::Exit("mkdirat")),
            at(Hook::Exit("mknod")),
            at(Hook::Exit("mknodat")),
            at(Hook::Exit("link")),
            at(Hook::Exit("linkat")),
            at(Hook::Exit("symlink")),
            at(Hook::Exit("symlinkat")),
            at(Hook::Exit("truncate")),
            at(Hook::Exit("chmod")),
            at(Hook::Exit("fchmod")),
            at(Hook::Exit("fchmodat")),
            at(Hook::Exit("fchmodat2")),
            at(Hook::Exit("chown")),
            at(Hook::Exit("lchown")),
            at(Hook::Exit("fchown")),
            at(Hook::Exit("fchownat")),
        ],
    },
    Program {
        name: "refuse_signal",
        kind: "interference",
        places: &[at(Hook::Security("task_kill"))],
    },
    Program {
        name: "refuse_trace",
        kind: "interference",
        places: &[at(Hook::Security("ptrace_access_check"))],
    },
    Program {
        name: "refuse_open",
        kind: "interference",
        places: &[at(Hook::Security("file_open"))],
    },
    Program {
        name: "refuse_make",
        kind: "interference",
        places: &[at(Hook::Security("path_mknod"))],
    },
    Program {
        name: "refuse_unlink",
        kind: "interference",
        places: &[at(Hook::Security("path_unlink"))],
    },
    Program {
        name: "refuse_rmdir",
        kind: "interference",
        places: &[at(Hook::Security("path_rmdir"))],
    },
    Program {
        name: "refuse_rename",
        kind: "interference",
        places: &[at(Hook::Security("path_rename"))],
    },
    Program {
        name: "refuse_link",
        kind: "interference",
        places: &[at(Hook::Security("path_link"))],
    },
    Program {
        name: "refuse_truncate",
        kind: "interference",
        places: &[at(Hook::Security("path_truncate"))],
    },
    Program {
        name: "refuse_chmod",
        kind: "interference",
        places: &[at(Hook::Security("path_chmod"))],
    },
    Program {
        name: "refuse_chown",
        kind: "interference",
        places: &[at(Hook::Security("path_chown"))],
    },
];
