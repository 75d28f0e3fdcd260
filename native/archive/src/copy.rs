//! Writing a copy: as a whole under its final name, or not at all.

use crate::{Archived, Reason, Request, held::Held};
use md5::Md5;
use rustix::{
    fs::{
        AtFlags, CWD, Mode, OFlags, RenameFlags, fstat, fstatvfs, mkdirat, openat, renameat_with,
        unlinkat,
    },
    io::Errno,
    process::geteuid,
};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::{
    fmt::Write as _,
    fs::File,
    io::Write as _,
    os::{fd::OwnedFd, unix::fs::FileExt},
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

const CHUNK: usize = 256 << 10;
const LONGEST_EXTENSION: usize = 16;
/// Beginnings of programs: ELF, PE, a script's first line.
const PROGRAMS: [&[u8]; 3] = [b"\x7fELF", b"MZ", b"#!"];

static COPIES: AtomicU64 = AtomicU64::new(0);

/// Copies an open file into the archive.
pub(crate) fn copy(
    held: &Held,
    request: &Request<'_>,
    deadline: Instant,
) -> Result<Archived, Reason> {
    let directory = open_directory(request.directory)?;
    check_space(&directory, held.size(), request.keep_free)?;
    let number = COPIES.fetch_add(1, Ordering::Relaxed);
    let partial = format!(".partial-{}-{number}", std::process::id());
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mode = Mode::RUSR | Mode::WUSR;
    let out = openat(&directory, &partial, flags, mode).map_err(|_| Reason::IoError)?;
    let result = fill(held, File::from(out), request, deadline).and_then(|(name, archived)| {
        keep(&directory, &partial, &name)?;
        Ok(archived)
    });
    if result.is_err() {
        let _already_gone = unlinkat(&directory, &partial, AtFlags::empty());
    }
    result
}

/// The archive, made if it is not there; nobody else may look into it.
fn open_directory(path: &str) -> Result<OwnedFd, Reason> {
    match mkdirat(CWD, path, Mode::RWXU) {
        Ok(()) | Err(Errno::EXIST) => {}
        Err(_) => return Err(Reason::Directory),
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = openat(CWD, path, flags, Mode::empty()).map_err(|_| Reason::Directory)?;
    let stat = fstat(&directory).map_err(|_| Reason::Directory)?;
    let is_ours = stat.st_uid == geteuid().as_raw() && stat.st_mode & 0o077 == 0;
    is_ours.then_some(directory).ok_or(Reason::Directory)
}

fn check_space(directory: &OwnedFd, size: u64, keep_free: u64) -> Result<(), Reason> {
    let space = fstatvfs(directory).map_err(|_| Reason::IoError)?;
    let available = space.f_bavail.saturating_mul(space.f_frsize);
    let kept = space.f_blocks.saturating_mul(space.f_frsize) / 100 * keep_free;
    if available.saturating_sub(size) < kept {
        return Err(Reason::NoSpace);
    }
    Ok(())
}

fn fill(
    held: &Held,
    mut out: File,
    request: &Request<'_>,
    deadline: Instant,
) -> Result<(String, Archived), Reason> {
    let (mut sha1, mut md5, mut sha256) = (Sha1::new(), Md5::new(), Sha256::new());
    let mut chunk = vec![0; CHUNK];
    let mut offset = 0;
    let mut is_executable = false;
    loop {
        if Instant::now() >= deadline {
            return Err(Reason::Timeout);
        }
        let got = held
            .file
            .read_at(&mut chunk, offset)
            .map_err(|_| Reason::IoError)?;
        if got == 0 {
            break;
        }
        let part = &chunk[..got];
        if offset == 0 {
            is_executable = PROGRAMS.iter().any(|start| part.starts_with(start));
        }
        for update in [
            &mut (|part: &[u8]| sha1.update(part)) as &mut dyn FnMut(&[u8]),
            &mut |part| md5.update(part),
            &mut |part| sha256.update(part),
        ] {
            update(part);
        }
        out.write_all(part).map_err(|_| Reason::IoError)?;
        offset += got as u64;
        if offset > held.size() {
            return Err(Reason::Changed);
        }
    }
    if offset != held.size() {
        return Err(Reason::Changed);
    }
    held.unchanged()?;
    let digests = [
        ("SHA1", hex(&sha1.finalize())),
        ("MD5", hex(&md5.finalize())),
        ("SHA256", hex(&sha256.finalize())),
    ];
    let chosen: Vec<_> = digests
        .iter()
        .filter(|(name, _)| request.algorithms.contains(name))
        .collect();
    let hashes: Vec<_> = chosen
        .iter()
        .map(|(name, digest)| format!("{name}={digest}"))
        .collect();
    let mut name: String = chosen.iter().map(|(_, digest)| digest.as_str()).collect();
    if name.is_empty() {
        name.clone_from(&digests[2].1);
    }
    name.push_str(&extension(request.path));
    let hashes = if hashes.is_empty() {
        "-".to_string()
    } else {
        hashes.join(",")
    };
    Ok((
        name,
        Archived {
            hashes,
            is_executable,
        },
    ))
}

/// Gives the copy its name; the same content under the same name is there already, then.
fn keep(directory: &OwnedFd, partial: &str, name: &str) -> Result<(), Reason> {
    match renameat_with(directory, partial, directory, name, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(Errno::EXIST) => {
            unlinkat(directory, partial, AtFlags::empty()).map_err(|_| Reason::IoError)
        }
        Err(_) => Err(Reason::IoError),
    }
}

/// The file's extension with its dot, if it has a plain one.
fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    match name.rsplit_once('.') {
        Some((_, last))
            if (1..=LONGEST_EXTENSION).contains(&last.len())
                && last.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
        {
            format!(".{last}")
        }
        _ => String::new(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _to_a_string = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::extension;

    #[test]
    fn only_plain_extensions_are_kept() {
        assert_eq!(extension("/tmp/a.tar.gz"), ".gz");
        assert_eq!(extension("/tmp.d/plain"), "");
        assert_eq!(extension("/tmp/a."), "");
        assert_eq!(extension("/tmp/a.b c"), "");
        assert_eq!(extension("/tmp/a.0123456789abcdefg"), "");
    }
}
