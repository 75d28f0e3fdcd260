//! Finding and opening the expected file, without side effects on anything else.
//!
//! Everything is first taken as a handle (`O_PATH`), which neither blocks nor reaches a driver;
//! only a handle that proves to be the expected regular file is reopened for reading.

use crate::Reason;
use crate::request::{Identity, Request, Stamp};
use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, ResolveFlags, Statx, StatxFlags, StatxTimestamp, fstatfs,
    open, openat2, statx,
};
use rustix::io::Errno;
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;

const LAST_COMPONENT_HANDLE: OFlags = OFlags::PATH.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const WITHOUT_ASKING_SERVERS: AtFlags = AtFlags::EMPTY_PATH
    .union(AtFlags::NO_AUTOMOUNT)
    .union(AtFlags::STATX_DONT_SYNC);

/// File system magics of linux/magic.h.
mod magic {
    pub const BPF: u64 = 0xcafe_4a11;
    pub const BTRFS: u64 = 0x9123_683e;
    pub const CGROUP: u64 = 0x0027_e0eb;
    pub const CGROUP2: u64 = 0x6367_7270;
    pub const DEBUG: u64 = 0x6462_6720;
    pub const FUSE: u64 = 0x6573_5546;
    pub const OVERLAY: u64 = 0x794c_7630;
    pub const PROC: u64 = 0x9fa0;
    pub const SECURITY: u64 = 0x7363_6673;
    pub const SYS: u64 = 0x6265_6572;
    pub const TRACE: u64 = 0x7472_6163;

    /// File systems whose "regular" files are code of the kernel: reading them can block or act.
    pub const MADE_UP: [u64; 8] = [BPF, CGROUP, CGROUP2, DEBUG, PROC, SECURITY, SYS, TRACE];
    /// File systems where stat shows another device than the super block's, which the kernel side
    /// reports: subvolumes and layers have device numbers of their own.
    pub const OWN_DEVICE_NUMBERS: [u64; 2] = [BTRFS, OVERLAY];
}

/// The expected file, open for reading.
#[derive(Debug)]
pub(crate) struct Image {
    /// The file; its position is not used.
    pub file: File,
    /// Its size and times when it was opened.
    pub stamp: Stamp,
    /// Whether a living process has it as its image: nobody can write to it then, and a new
    /// ctime only means that it was unlinked, linked or renamed.
    pub running: bool,
}

impl Image {
    /// Whether size and times are still those of the opening.
    pub fn unchanged(&self) -> Result<(), Reason> {
        let now = stamp_of(&statx_of(&self.file).map_err(reason_of)?);
        if same_stamp(&now, &self.stamp, self.running) {
            Ok(())
        } else {
            Err(Reason::Changed)
        }
    }
}

/// Opens the first place that holds the expected file: the process's image, the path beneath the
/// process's root, the path in this process's tree.
///
/// # Errors
/// The most telling [`Reason`] of all places.
pub(crate) fn open_image(request: &Request<'_>) -> Result<Image, Reason> {
    let own_image = request.pid != 0 && (request.identity.is_some() || request.path.is_empty());
    let path = request.path.starts_with(b"/").then_some(request.path);
    let mut reason = if own_image || path.is_some() {
        Reason::Gone
    } else {
        Reason::Unsupported
    };
    let mut attempt = |handle: Result<OwnedFd, Errno>, running: bool| {
        let opened = handle
            .map_err(reason_of)
            .and_then(|handle| open_if_expected(&handle, request, running));
        match opened {
            Ok(image) => Some(image),
            Err(why) => {
                reason = reason.more_telling(why);
                None
            }
        }
    };
    if own_image && let Some(image) = attempt(image_handle(request.pid), true) {
        return Ok(image);
    }
    if let Some(path) = path {
        if request.pid != 0
            && let Some(image) = attempt(handle_beneath_root(request.pid, path), false)
        {
            return Ok(image);
        }
        if let Some(image) = attempt(handle_here(path), false) {
            return Ok(image);
        }
    }
    Err(reason)
}

fn image_handle(pid: u32) -> Result<OwnedFd, Errno> {
    open(
        format!("/proc/{pid}/exe"),
        OFlags::PATH | OFlags::CLOEXEC,
        Mode::empty(),
    )
}

fn handle_beneath_root(pid: u32, path: &[u8]) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let root = open(format!("/proc/{pid}/root"), flags, Mode::empty())?;
    let beneath = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    openat2(root, path, LAST_COMPONENT_HANDLE, Mode::empty(), beneath)
}

fn handle_here(path: &[u8]) -> Result<OwnedFd, Errno> {
    open(path, LAST_COMPONENT_HANDLE, Mode::empty())
}

fn open_if_expected(
    handle: &OwnedFd,
    request: &Request<'_>,
    running: bool,
) -> Result<Image, Reason> {
    let file_system = file_system_of(handle)?;
    if file_system == magic::FUSE && !request.allow_fuse {
        return Err(Reason::Fuse);
    }
    let facts = statx_of(handle).map_err(reason_of)?;
    if !FileType::from_raw_mode(facts.stx_mode.into()).is_file()
        || magic::MADE_UP.contains(&file_system)
    {
        return Err(Reason::NotRegular);
    }
    let stamp = stamp_of(&facts);
    if let Some(expected) = &request.identity {
        if !same_inode(&facts, expected, file_system) {
            return Err(Reason::Gone);
        }
        if expected
            .stamp
            .is_some_and(|expected| !same_stamp(&stamp, &expected, running))
        {
            return Err(Reason::Changed);
        }
    }
    if stamp.size > request.max_size {
        return Err(Reason::TooLarge);
    }
    let file = File::from(reopen(handle).map_err(reason_of)?);
    Ok(Image {
        file,
        stamp,
        running,
    })
}

/// The file system's magic number. A FUSE daemon that would be asked by `fstatfs`, and could let
/// it hang, is recognised by its control directory first.
fn file_system_of(handle: &OwnedFd) -> Result<u64, Reason> {
    let nothing_but_device = StatxFlags::empty();
    let facts = statx(handle, "", WITHOUT_ASKING_SERVERS, nothing_but_device).map_err(reason_of)?;
    let kernel_device = u64::from(facts.stx_dev_major) << 20 | u64::from(facts.stx_dev_minor);
    if Path::new(&format!("/sys/fs/fuse/connections/{kernel_device}")).exists() {
        return Ok(magic::FUSE);
    }
    let file_system = fstatfs(handle).map_err(reason_of)?.f_type;
    // The field's type differs between architectures; magic numbers have 32 bits.
    Ok(file_system as u64 & 0xffff_ffff)
}

fn statx_of(handle: impl AsFd) -> Result<Statx, Errno> {
    statx(handle, "", WITHOUT_ASKING_SERVERS, StatxFlags::BASIC_STATS)
}

fn stamp_of(facts: &Statx) -> Stamp {
    Stamp {
        size: facts.stx_size,
        mtime_ns: nanoseconds(&facts.stx_mtime),
        ctime_ns: nanoseconds(&facts.stx_ctime),
    }
}

fn nanoseconds(time: &StatxTimestamp) -> i64 {
    time.tv_sec
        .wrapping_mul(1_000_000_000)
        .wrapping_add(time.tv_nsec.into())
}

fn same_stamp(one: &Stamp, other: &Stamp, running: bool) -> bool {
    one.size == other.size
        && one.mtime_ns == other.mtime_ns
        && (running || one.ctime_ns == other.ctime_ns)
}

fn same_inode(facts: &Statx, expected: &Identity, file_system: u64) -> bool {
    let same_device = facts.stx_dev_major == expected.device_major
        && facts.stx_dev_minor == expected.device_minor;
    let stamp_must_tell =
        magic::OWN_DEVICE_NUMBERS.contains(&file_system) && expected.stamp.is_some();
    facts.stx_ino == expected.inode && (same_device || stamp_must_tell)
}

/// Opens the inode behind `handle`, leaving no trace in its access time where that is permitted.
fn reopen(handle: &OwnedFd) -> Result<OwnedFd, Errno> {
    let path = format!("/proc/self/fd/{}", handle.as_raw_fd());
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    match open(&*path, flags | OFlags::NOATIME, Mode::empty()) {
        Err(Errno::PERM) => open(&*path, flags, Mode::empty()),
        other => other,
    }
}

fn reason_of(error: Errno) -> Reason {
    match error {
        Errno::NOENT | Errno::NOTDIR | Errno::SRCH | Errno::STALE => Reason::Gone,
        Errno::ACCESS | Errno::PERM => Reason::Permission,
        Errno::LOOP => Reason::NotRegular,
        _ => Reason::IoError,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use rustix::fs::{MemfdFlags, memfd_create};
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    /// A file without a name, as if it had just been opened.
    pub(crate) fn image_with(content: &[u8], running: bool) -> Image {
        let mut file = File::from(memfd_create("image", MemfdFlags::CLOEXEC).unwrap());
        file.write_all(content).unwrap();
        let stamp = stamp_of(&statx_of(&file).unwrap());
        Image {
            file,
            stamp,
            running,
        }
    }

    #[test]
    fn a_write_after_the_opening_shows() {
        for running in [false, true] {
            let image = image_with(b"before", running);
            assert_eq!(image.unchanged(), Ok(()));
            (&image.file).write_all(b"and behind").unwrap();
            assert_eq!(image.unchanged(), Err(Reason::Changed));
        }
    }

    #[test]
    fn a_new_ctime_shows_unless_the_image_runs() {
        for (running, expected) in [(false, Err(Reason::Changed)), (true, Ok(()))] {
            let image = image_with(b"content", running);
            while stamp_of(&statx_of(&image.file).unwrap()).ctime_ns == image.stamp.ctime_ns {
                image
                    .file
                    .set_permissions(std::fs::Permissions::from_mode(0o700))
                    .unwrap();
            }
            assert_eq!(image.unchanged(), expected);
        }
    }
}
