//! Finding a deleted file's content through those who hold it.

use crate::{Reason, Request};
use rustix::{
    fs::{CWD, FileType, Mode, OFlags, Stat, fstat, openat, readlinkat},
    io::Errno,
};
use std::{
    fs::{self, File},
    os::fd::{AsRawFd, OwnedFd},
};

const DELETED: &[u8] = b" (deleted)";
/// Descriptors that are looked at, of each process.
const MOST_DESCRIPTORS: usize = 1024;

/// An open file that has no name any more.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) file: File,
    before: Stat,
}

impl Held {
    /// Its size in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.before.st_size.cast_unsigned()
    }

    /// # Errors
    /// [`Reason::Changed`] when it was written to since it was found.
    pub(crate) fn unchanged(&self) -> Result<(), Reason> {
        let now = fstat(&self.file).map_err(|_| Reason::IoError)?;
        let stamp = |stat: &Stat| (stat.st_size, times(stat));
        if stamp(&now) == stamp(&self.before) {
            Ok(())
        } else {
            Err(Reason::Changed)
        }
    }
}

fn times(stat: &Stat) -> [i64; 4] {
    [
        stat.st_mtime,
        stat.st_mtime_nsec as i64,
        stat.st_ctime,
        stat.st_ctime_nsec as i64,
    ]
}

/// The file of the request, held by one of its processes.
///
/// # Errors
/// [`Reason::NotHeld`], [`Reason::TooLarge`] or [`Reason::IoError`].
pub(crate) fn find(request: &Request<'_>) -> Result<Held, Reason> {
    let wanted = [request.path.as_bytes(), DELETED].concat();
    for pid in &request.holders {
        let image = format!("/proc/{pid}/exe");
        if let Some(held) = look(&image, &wanted, request)? {
            return Ok(held);
        }
        let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else {
            continue;
        };
        for entry in descriptors.take(MOST_DESCRIPTORS).flatten() {
            let name = entry.file_name();
            let link = format!("/proc/{pid}/fd/{}", name.to_string_lossy());
            if let Some(held) = look(&link, &wanted, request)? {
                return Ok(held);
            }
        }
    }
    Err(Reason::NotHeld)
}

/// Opens what a link of /proc leads to, if it is the file.
fn look(link: &str, wanted: &[u8], request: &Request<'_>) -> Result<Option<Held>, Reason> {
    match readlinkat(CWD, link, Vec::new()) {
        Ok(target) if target.as_bytes() == wanted => {}
        _ => return Ok(None),
    }
    // A handle that opens nothing: what is there may have changed since it was read.
    let Ok(handle) = openat(CWD, link, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()) else {
        return Ok(None);
    };
    let Ok(before) = fstat(&handle) else {
        return Ok(None);
    };
    if !is_the_file(&before, request) {
        return Ok(None);
    }
    if before.st_size.cast_unsigned() > request.max_size {
        return Err(Reason::TooLarge);
    }
    let file = reopen(&handle).map_err(|_| Reason::IoError)?;
    Ok(Some(Held { file, before }))
}

fn is_the_file(stat: &Stat, request: &Request<'_>) -> bool {
    let changed = stat.st_ctime * 1000 + stat.st_ctime_nsec as i64 / 1_000_000;
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
        && stat.st_nlink == 0
        && (request.earliest..=request.latest).contains(&changed)
}

fn reopen(handle: &OwnedFd) -> Result<File, Errno> {
    let own = format!("/proc/self/fd/{}", handle.as_raw_fd());
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    openat(CWD, &own, flags | OFlags::NOATIME, Mode::empty())
        .or_else(|_| openat(CWD, &own, flags, Mode::empty()))
        .map(File::from)
}
