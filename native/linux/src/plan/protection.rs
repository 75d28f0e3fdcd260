//! Programs that see what is done to the sensor itself.

use super::{Hook, Place, Program};

/// Error reports are what they give.
const OWN: &[u32] = &[255];

const fn at(hook: Hook) -> Place {
    Place { hook, events: OWN }
}

/// What sees: signals, and calls that reach into processes or name files.
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
            at(Hook::Exit("truncate")),
            at(Hook::Exit("chmod")),
            at(Hook::Exit("fchmodat")),
            at(Hook::Exit("fchmodat2")),
        ],
    },
];
