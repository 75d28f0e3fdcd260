//! Programs inside the file system layer, which see every way in. Where they load they stand in for
//! those at system calls.

use super::{Hook, Place, Program};

const fn at(hook: Hook, events: &'static [u32]) -> Place {
    Place { hook, events }
}

const CREATE: &[u32] = &[11];
const DELETE: &[u32] = &[23, 25, 26];
const EITHER: &[u32] = &[11, 23, 25, 26];

/// The functions that carry something out are attached before the questions that lead to them.
pub const INSIDE: &[Program] = &[
    Program {
        name: "name_created",
        kind: "fileCreate",
        places: &[at(Hook::Return("vfs_create"), CREATE)],
    },
    Program {
        name: "name_made",
        kind: "fileCreate",
        places: &[at(Hook::Return("vfs_mknod"), CREATE)],
    },
    Program {
        name: "name_symlinked",
        kind: "fileCreate",
        places: &[at(Hook::Return("vfs_symlink"), CREATE)],
    },
    Program {
        name: "name_linked",
        kind: "fileCreate",
        places: &[at(Hook::Return("vfs_link"), CREATE)],
    },
    Program {
        name: "name_unlinked",
        kind: "fileDelete",
        places: &[at(Hook::Return("vfs_unlink"), DELETE)],
    },
    Program {
        name: "name_renamed",
        kind: "fileCreate",
        places: &[at(Hook::Return("vfs_rename"), EITHER)],
    },
    Program {
        name: "name_open",
        kind: "fileCreate",
        places: &[at(Hook::Security("file_open"), CREATE)],
    },
    Program {
        name: "name_make",
        kind: "fileCreate",
        places: &[at(Hook::Security("path_mknod"), CREATE)],
    },
    Program {
        name: "name_symlink",
        kind: "fileCreate",
        places: &[at(Hook::Security("path_symlink"), CREATE)],
    },
    Program {
        name: "name_link",
        kind: "fileCreate",
        places: &[at(Hook::Security("path_link"), CREATE)],
    },
    Program {
        name: "name_unlink",
        kind: "fileDelete",
        places: &[at(Hook::Security("path_unlink"), DELETE)],
    },
    Program {
        name: "name_rename",
        kind: "fileCreate",
        places: &[at(Hook::Security("path_rename"), EITHER)],
    },
];
