//! Programs that deny what rules for blocking say, as security modules.

use super::{Hook, Place, Program};

const fn at(hook: Hook, events: &'static [u32]) -> Place {
    Place { hook, events }
}

const EXECUTABLE: &[u32] = &[27];
const EITHER: &[u32] = &[27, 28];

/// What decides, each where its kind of operation is asked for.
pub const GUARDS: &[Program] = &[
    Program {
        name: "block_create",
        kind: "blockedExecutable",
        places: &[at(Hook::Security("path_mknod"), EXECUTABLE)],
    },
    Program {
        name: "block_mode",
        kind: "blockedExecutable",
        places: &[at(Hook::Security("path_chmod"), EXECUTABLE)],
    },
    Program {
        name: "block_link",
        kind: "blockedExecutable",
        places: &[at(Hook::Security("path_link"), EXECUTABLE)],
    },
    Program {
        name: "block_rename",
        kind: "blockedExecutable",
        places: &[at(Hook::Security("path_rename"), EXECUTABLE)],
    },
    Program {
        name: "block_write",
        kind: "blockedShredding",
        places: &[at(Hook::Security("file_permission"), EITHER)],
    },
    Program {
        name: "block_map",
        kind: "blockedShredding",
        places: &[at(Hook::Security("mmap_file"), EITHER)],
    },
    Program {
        name: "block_protect",
        kind: "blockedShredding",
        places: &[at(Hook::Security("file_mprotect"), EITHER)],
    },
];
