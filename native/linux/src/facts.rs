//! What a file itself tells, asked a moment after the event, and which contents were seen before.

use crate::paths::handle_in_root;
use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    mem::MaybeUninit,
    os::fd::AsRawFd,
};

/// Facts of one file; times in nanoseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    pub(crate) is_regular: bool,
    /// As `major << 20 | minor`.
    pub(crate) device: u32,
    pub(crate) inode: u64,
    pub(crate) size: u64,
    pub(crate) mtime: u64,
    pub(crate) ctime: u64,
    /// 0 where the file system does not keep it.
    pub(crate) created: u64,
}

/// Asks for the facts of what has a path, without asking a server and without following a link
/// that has that name. `root_of` is the process in whose root the path is named, 0 for the
/// sensor's own.
pub(crate) fn facts_of(path: &[u8], root_of: u32) -> Option<Facts> {
    let handle = handle_in_root(path, root_of, libc::O_NOFOLLOW)?;
    let mut out = MaybeUninit::<libc::statx>::uninit();
    let flags = libc::AT_EMPTY_PATH | libc::AT_NO_AUTOMOUNT | libc::AT_STATX_DONT_SYNC;
    let mask = libc::STATX_BASIC_STATS | libc::STATX_BTIME;
    // SAFETY: the name is NUL-terminated, and `out` is writable for a whole statx.
    let result = unsafe {
        libc::statx(
            handle.as_raw_fd(),
            c"".as_ptr(),
            flags,
            mask,
            out.as_mut_ptr(),
        )
    };
    if result != 0 {
        return None;
    }
    // SAFETY: the call succeeded, so the kernel has filled the whole structure.
    let out = unsafe { out.assume_init() };
    let has_created = out.stx_mask & libc::STATX_BTIME != 0;
    Some(Facts {
        is_regular: u32::from(out.stx_mode) & libc::S_IFMT == libc::S_IFREG,
        device: out.stx_dev_major << 20 | out.stx_dev_minor,
        inode: out.stx_ino,
        size: out.stx_size,
        mtime: nanoseconds(out.stx_mtime),
        ctime: nanoseconds(out.stx_ctime),
        created: if has_created {
            nanoseconds(out.stx_btime)
        } else {
            0
        },
    })
}

fn nanoseconds(time: libc::statx_timestamp) -> u64 {
    time.tv_sec
        .wrapping_mul(1_000_000_000)
        .wrapping_add(time.tv_nsec.into())
        .cast_unsigned()
}

/// How many files' contents are remembered.
const REMEMBERED: usize = 4096;

/// Remembers which state of a file's content was delivered last, and under which name.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    last: HashMap<(u32, u64), ([u8; 16], u64)>,
    hasher: RandomState,
}

impl Contents {
    /// Whether the file was not delivered with this content (size and modification time) before. A
    /// file without a number is always new; one with another name may be another file that got the
    /// number of one that is gone.
    pub(crate) fn is_new(&mut self, device: u32, inode: u64, content: &[u8], path: &[u8]) -> bool {
        let Some(content) = content.first_chunk().filter(|_| inode != 0) else {
            return true;
        };
        if self.last.len() >= REMEMBERED {
            self.last.clear();
        }
        let state = (*content, self.hasher.hash_one(path));
        self.last.insert((device, inode), state) != Some(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_tells_of_itself_and_a_link_is_not_followed() {
        let path = std::env::current_exe().unwrap();
        let facts = facts_of(path.as_os_str().as_encoded_bytes(), 0).unwrap();
        let expected = std::fs::metadata(&path).unwrap();
        assert!(facts.is_regular);
        assert_eq!(facts.size, expected.len());
        assert!(!facts_of(b"/proc/self/exe", 0).unwrap().is_regular);
        assert!(facts_of(b"/nonexistent", 0).is_none());
    }

    #[test]
    fn the_same_content_is_new_once_for_each_name() {
        let mut contents = Contents::default();
        let mut is_new =
            |inode, content, path: &[u8]| contents.is_new(1, inode, &[content; 16], path);
        assert!(is_new(2, 1, b"/a"));
        assert!(!is_new(2, 1, b"/a"));
        assert!(is_new(2, 1, b"/b"));
        assert!(is_new(2, 2, b"/b"));
        assert!(is_new(3, 2, b"/b"));
        assert!(is_new(0, 2, b"/b"));
        assert!(is_new(0, 2, b"/b"));
    }
}
