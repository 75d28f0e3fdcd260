//! Does, harmlessly, what each Sysmon event tells of, so that a sensor can be tested on its host.
//!
//! Each provocation runs in a forked process of its own, in a private directory. The process that
//! forks has threads, so that between fork and exit only async-signal-safe functions are called:
//! everything that needs memory is made before.

#![cfg(target_os = "linux")]

mod acts;
mod call;
mod child;
mod dns;

use call::Result;
pub use child::{Outcome, provoke};

/// What a provocation may use; made before the fork.
pub(crate) struct Place {
    /// Paths in the private directory, each for one purpose.
    paths: Vec<std::ffi::CString>,
    /// A block device of the host, opened for reading only.
    block_device: Option<std::ffi::CString>,
    /// What the kernel module that the user gave calls itself.
    module_name: Option<std::ffi::CString>,
}

/// What a path in the private directory is for.
#[derive(Clone, Copy)]
pub(crate) enum Name {
    /// A regular file that exists already.
    Ready,
    /// Nothing exists here yet.
    New,
    /// A FIFO or socket to be made.
    Pipe,
    /// An executable copy to be made.
    Program,
    /// A copy of a small program that exists already.
    Library,
    /// What rules for blocking keep from coming into being.
    Denied,
    /// A kernel module, where the user gave one.
    Module,
}

impl Place {
    pub(crate) fn path(&self, name: Name) -> &std::ffi::CStr {
        &self.paths[name as usize]
    }
}

/// One thing that can be provoked.
pub struct Provocation {
    /// Sysmon's event id.
    pub event: u16,
    /// What is done, in a few words.
    pub what: &'static str,
    pub(crate) act: fn(&Place) -> Result<()>,
}

/// Everything that can be provoked, in the order of the event ids.
pub static PROVOCATIONS: &[Provocation] = &[
    Provocation {
        event: 1,
        what: "execute a program",
        act: acts::execute,
    },
    Provocation {
        event: 2,
        what: "set a file's times back",
        act: acts::change_times,
    },
    Provocation {
        event: 3,
        what: "connect to a port of this host",
        act: acts::connect,
    },
    Provocation {
        event: 5,
        what: "end a process",
        act: acts::nothing,
    },
    Provocation {
        event: 6,
        what: "load a kernel module and unload it",
        act: acts::load_module,
    },
    Provocation {
        event: 7,
        what: "map a file as executable code",
        act: acts::map_library,
    },
    Provocation {
        event: 8,
        what: "write into another process's memory",
        act: acts::write_memory,
    },
    Provocation {
        event: 9,
        what: "open a block device for reading",
        act: acts::open_device,
    },
    Provocation {
        event: 10,
        what: "read another process's memory",
        act: acts::read_memory,
    },
    Provocation {
        event: 11,
        what: "create a file",
        act: acts::create_file,
    },
    Provocation {
        event: 15,
        what: "set a file's origin attribute",
        act: acts::set_attribute,
    },
    Provocation {
        event: 17,
        what: "make a FIFO",
        act: acts::make_fifo,
    },
    Provocation {
        event: 18,
        what: "open a FIFO",
        act: acts::open_fifo,
    },
    Provocation {
        event: 22,
        what: "ask a name server of its own",
        act: dns::ask,
    },
    Provocation {
        event: 25,
        what: "run a program without a file",
        act: acts::run_from_memory,
    },
    Provocation {
        event: 26,
        what: "delete a file",
        act: acts::delete_file,
    },
    Provocation {
        event: 27,
        what: "create a program that a rule denies",
        act: acts::create_denied,
    },
    Provocation {
        event: 28,
        what: "overwrite a file that a rule keeps",
        act: acts::overwrite_kept,
    },
    Provocation {
        event: 29,
        what: "write a program file",
        act: acts::write_program,
    },
    Provocation {
        event: 100,
        what: "load a BPF program",
        act: acts::load_bpf,
    },
];
