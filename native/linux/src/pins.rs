//! Keeping the kernel side alive without a process: maps and links pinned in a file system of the kernel's
//! own (bpffs), for a sensor that takes over.
//!
//! `BASE/IDENTITY/map-NAME` and `BASE/IDENTITY/link-PROGRAM-HOOK`. The identity is the record's layout, and
//! a number for the embedded object and the sizes of the buffers. What has another number cannot be taken
//! over, but read ([`Predecessors`]); what has another layout is not understood and removed.

use crate::{
    capture::OBJECT,
    error::{CaptureError, one_line},
    plan::{self, Hook},
    predecessor::{Predecessor, Predecessors},
};
use aya::programs::links::{FdLink, PinnedLink};
use std::{
    fs,
    io::{self, ErrorKind},
    os::{
        fd::AsRawFd,
        unix::{
            ffi::OsStrExt,
            fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
        },
    },
    path::{Path, PathBuf},
};

/// `statfs` of a bpffs.
const BPF_FS_MAGIC: i64 = 0xcafe_4a11;
const USUAL_PLACE: &str = "/sys/fs/bpf";
const LAYOUT: u32 = monomi_record::VERSION;

/// A directory of pins that no other sensor uses.
#[derive(Debug)]
pub(crate) struct Pins {
    base: PathBuf,
    directory: PathBuf,
    /// Locked for as long as it is open.
    _lock: fs::File,
}

impl Pins {
    /// Takes possession of `base`, makes it where it is missing, and removes what cannot be read.
    pub(crate) fn claim(
        base: &Path,
        ring_bytes: u32,
        max_args: u32,
    ) -> Result<(Self, Predecessors), CaptureError> {
        prepare(base).map_err(|source| failed(base, &source))?;
        let lock = lock(base).map_err(|source| failed(base, &source))?;
        let directory = base.join(identity(ring_bytes, max_args));
        let mut left = Vec::new();
        for entry in fs::read_dir(base).map_err(|source| failed(base, &source))? {
            let path = entry.map_err(|source| failed(base, &source))?.path();
            if path == directory {
                continue;
            }
            if is_understood(&path)
                && let Ok(predecessor) = Predecessor::of(&path)
            {
                left.push(predecessor);
            } else {
                remove(&path).map_err(|source| failed(&path, &source))?;
            }
        }
        make_private(&directory).map_err(|source| failed(&directory, &source))?;
        let pins = Self {
            base: base.to_path_buf(),
            directory,
            _lock: lock,
        };
        Ok((pins, Predecessors::of(left)))
    }

    /// Where a map is pinned, or is to be.
    pub(crate) fn map(&self, name: &str) -> PathBuf {
        self.directory.join(format!("map-{name}"))
    }

    /// Pins a link.
    pub(crate) fn pin(
        &self,
        link: FdLink,
        program: &str,
        hook: Hook,
    ) -> Result<PinnedLink, String> {
        link.pin(self.link(program, hook))
            .map_err(|error| one_line(&error))
    }

    /// A link that an earlier sensor left.
    pub(crate) fn left(&self, program: &str, hook: Hook) -> Option<PinnedLink> {
        PinnedLink::from_pin(self.link(program, hook)).ok()
    }

    /// Whether a sensor before left a capture that can be taken over: all that every capture needs.
    pub(crate) fn hold_a_capture(&self) -> bool {
        plan::places_of(plan::all())
            .filter(|(_, place)| place.is_essential() && matches!(place.hook, Hook::Typed(_)))
            .all(|(program, place)| self.link(program.name, place.hook).exists())
    }

    /// Removes what an earlier sensor left: one that did not get far.
    pub(crate) fn clear(&self) -> Result<(), CaptureError> {
        remove(&self.directory)
            .and_then(|()| make_private(&self.directory))
            .map_err(|source| failed(&self.directory, &source))
    }

    /// Removes all pins; what nobody holds open ends with them.
    pub(crate) fn remove(&self) {
        let _stays_where_it_cannot_be_removed = remove(&self.base);
    }

    /// A name in a bpffs has no dot and no slash.
    fn link(&self, program: &str, hook: Hook) -> PathBuf {
        let hook: String = hook
            .name()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        self.directory.join(format!("link-{program}-{hook}"))
    }
}

fn failed(path: &Path, source: &io::Error) -> CaptureError {
    CaptureError::Pins {
        path: path.display().to_string(),
        reason: source.to_string(),
    }
}

/// FNV-1a: tells versions apart, and need not withstand anybody.
fn identity(ring_bytes: u32, max_args: u32) -> String {
    let sizes = [ring_bytes, max_args];
    let hash = OBJECT
        .iter()
        .copied()
        .chain(sizes.iter().flat_map(|size| size.to_le_bytes()))
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
    format!("{LAYOUT}-{hash:016x}")
}

/// Whether the records of a directory's capture have the layout that we read.
fn is_understood(directory: &Path) -> bool {
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    name.split_once('-')
        .is_some_and(|(layout, _)| layout == LAYOUT.to_string())
}

fn prepare(base: &Path) -> io::Result<()> {
    let parent = base.parent().unwrap_or(base);
    if !is_bpf_fs(parent)? {
        if parent != Path::new(USUAL_PLACE) {
            return Err(io::Error::other(
                "it is not in a BPF file system (mount -t bpf bpf /sys/fs/bpf)",
            ));
        }
        mount()?;
    }
    make_private(base)
}

fn is_bpf_fs(path: &Path) -> io::Result<bool> {
    let path = std::ffi::CString::new(path.as_os_str().as_bytes())?;
    // SAFETY: statfs is plain old data for which all-zero is valid.
    let mut out: libc::statfs = unsafe { std::mem::zeroed() };
    // SAFETY: the path is NUL-terminated and `out` is writable.
    if unsafe { libc::statfs(path.as_ptr(), &raw mut out) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(out.f_type as i64 == BPF_FS_MAGIC)
}

fn mount() -> io::Result<()> {
    // SAFETY: all strings are NUL-terminated literals.
    let result = unsafe {
        libc::mount(
            c"bpf".as_ptr(),
            c"/sys/fs/bpf".as_ptr(),
            c"bpf".as_ptr(),
            libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC,
            c"mode=0700".as_ptr().cast(),
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Makes a directory that only we can enter, or makes sure that it is one.
fn make_private(path: &Path) -> io::Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let facts = fs::symlink_metadata(path)?;
    // SAFETY: geteuid takes no pointers and cannot fail.
    let user = unsafe { libc::geteuid() };
    if !facts.is_dir() || facts.uid() != user || facts.mode() & 0o077 != 0 {
        return Err(io::Error::other("others can enter it"));
    }
    Ok(())
}

fn lock(base: &Path) -> io::Result<fs::File> {
    let file = fs::OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_DIRECTORY | libc::O_NOFOLLOW | libc::O_CLOEXEC)
        .open(base)?;
    // SAFETY: flock takes no pointers; the descriptor is open.
    if unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) } == 0 {
        return Ok(file);
    }
    let error = io::Error::last_os_error();
    Err(if error.kind() == ErrorKind::WouldBlock {
        io::Error::other("another sensor uses it")
    } else {
        error
    })
}

/// Removes a directory of pins and of such directories, or a pin.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == ErrorKind::NotADirectory => fs::remove_file(path),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_changes_with_what_the_kernel_side_was_made_for() {
        let usual = identity(1 << 24, 65536);
        assert_eq!(usual, identity(1 << 24, 65536));
        assert_ne!(usual, identity(1 << 25, 65536));
        assert_ne!(usual, identity(1 << 24, 4096));
        assert!(is_understood(Path::new(&identity(1 << 25, 65536))));
        assert!(!is_understood(Path::new("0-0123456789abcdef")));
        assert!(!is_understood(Path::new("0123456789abcdef")));
    }

    #[test]
    fn a_place_that_is_no_bpf_file_system_is_refused() {
        let error = Pins::claim(Path::new("/tmp/monomi-pins"), 1 << 24, 65536)
            .err()
            .unwrap();
        assert!(error.to_string().contains("BPF file system"), "{error}");
    }
}
