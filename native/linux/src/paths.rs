//! Paths: from the kernel's leaf-first names to text, from a base and a caller's text to one
//! absolute path, and symbolic links in its directory part.

use std::{
    collections::HashMap,
    ffi::CString,
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
    time::{Duration, Instant},
};

/// Appends the path that leaf-first, NUL-ended names make. No names: the root.
pub(crate) fn push_reversed(names: &[u8], out: &mut Vec<u8>) {
    let names = names.strip_suffix(&[0]).unwrap_or(names);
    if names.is_empty() {
        out.push(b'/');
        return;
    }
    for name in names.rsplit(|&byte| byte == 0) {
        out.push(b'/');
        out.extend_from_slice(name);
    }
}

/// Appends `text` to the absolute directory in `out`, lexically resolving `.`, `..` and repeated
/// slashes. `..` never climbs above `floor` (the length of the process's root in `out`).
pub(crate) fn push_named(text: &[u8], floor: usize, out: &mut Vec<u8>) {
    if out.len() == 1 {
        out.clear();
    }
    let floor = if floor <= 1 { 0 } else { floor };
    for part in text.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                let end = out.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
                out.truncate(end.max(floor));
            }
            name => {
                out.push(b'/');
                out.extend_from_slice(name);
            }
        }
    }
    if out.is_empty() {
        out.push(b'/');
    }
}

/// How long a resolved directory is believed.
const FRESH: Duration = Duration::from_secs(1);
/// How many directories are remembered.
const REMEMBERED: usize = 4096;

/// A directory as it is named, and the process in whose root; 0 for the sensor's own.
type Named = (u32, Vec<u8>);

/// Resolves the symbolic links of directories, remembering each for a moment: the tracepoints see
/// the path as the caller wrote it.
#[derive(Debug, Default)]
pub(crate) struct Directories {
    known: HashMap<Named, (Instant, Option<Vec<u8>>)>,
}

impl Directories {
    /// Replaces the directory part of `path` by its resolved form. `root_of` is the process in
    /// whose root the path is named, 0 for the sensor's own. False when it cannot be resolved.
    pub(crate) fn resolve(&mut self, path: &mut Vec<u8>, root_of: u32, now: Instant) -> bool {
        let Some(slash) = path.iter().rposition(|&byte| byte == b'/') else {
            return false;
        };
        if slash == 0 {
            return true;
        }
        let key = (root_of, path[..slash].to_vec());
        if let Some((when, resolved)) = self.known.get(&key)
            && now.duration_since(*when) < FRESH
        {
            return replace_directory(path, slash, resolved.as_deref());
        }
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        let resolved = real_directory(&key.1, root_of);
        let found = replace_directory(path, slash, resolved.as_deref());
        self.known.insert(key, (now, resolved));
        found
    }
}

fn replace_directory(path: &mut Vec<u8>, slash: usize, resolved: Option<&[u8]>) -> bool {
    let Some(resolved) = resolved else {
        return false;
    };
    let resolved = if resolved == b"/" { &[] } else { resolved };
    path.splice(..slash, resolved.iter().copied());
    true
}

#[repr(C)]
struct OpenHow {
    flags: u64,
    mode: u64,
    resolve: u64,
}

const RESOLVE_IN_ROOT: u64 = 0x10;

/// Asks the kernel for the real path of a directory without opening anything for reading.
fn real_directory(directory: &[u8], root_of: u32) -> Option<Vec<u8>> {
    real_path(directory, root_of, libc::O_DIRECTORY)
}

/// Replaces a path by what it leads to when a symbolic link has that name. `root_of` as in
/// [`Directories::resolve`]. False when it cannot be resolved.
pub(crate) fn follow(path: &mut Vec<u8>, root_of: u32) -> bool {
    real_path(path, root_of, 0)
        .map(|real| *path = real)
        .is_some()
}

fn real_path(path: &[u8], root_of: u32, flags: libc::c_int) -> Option<Vec<u8>> {
    let fd = handle_in_root(path, root_of, flags)?;
    let link = std::fs::read_link(format!("/proc/self/fd/{}", fd.as_raw_fd())).ok()?;
    Some(std::os::unix::ffi::OsStringExt::into_vec(
        link.into_os_string(),
    ))
}

/// A handle (`O_PATH`) of what a path leads to beneath a root, as in [`Directories::resolve`].
pub(crate) fn handle_in_root(path: &[u8], root_of: u32, flags: libc::c_int) -> Option<OwnedFd> {
    let root = if root_of == 0 {
        "/".to_string()
    } else {
        format!("/proc/{root_of}/root")
    };
    let root = open_path(&CString::new(root).ok()?)?;
    let name = CString::new(path).ok()?;
    let how = OpenHow {
        flags: (libc::O_PATH | libc::O_CLOEXEC | flags) as u64,
        mode: 0,
        resolve: RESOLVE_IN_ROOT,
    };
    // SAFETY: the name is NUL-terminated, `how` outlives the call and its size is passed.
    let fd = unsafe {
        libc::syscall(
            libc::SYS_openat2,
            root.as_raw_fd(),
            name.as_ptr(),
            &raw const how,
            size_of::<OpenHow>(),
        )
    };
    // SAFETY: a non-negative result is a new descriptor that nobody else owns.
    (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd as i32) })
}

fn open_path(path: &CString) -> Option<OwnedFd> {
    // SAFETY: the path is NUL-terminated.
    let fd = unsafe {
        libc::open(
            path.as_ptr(),
            libc::O_PATH | libc::O_DIRECTORY | libc::O_CLOEXEC,
        )
    };
    // SAFETY: a non-negative result is a new descriptor that nobody else owns.
    (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt;

    fn reversed(names: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        push_reversed(names, &mut out);
        out
    }

    fn named(base: &[u8], text: &[u8], floor: usize) -> String {
        let mut out = base.to_vec();
        push_named(text, floor, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn leaf_first_names_become_a_path() {
        assert_eq!(reversed(b"c\0b\0a\0"), b"/a/b/c");
        assert_eq!(reversed(b"only\0"), b"/only");
        assert_eq!(reversed(b""), b"/");
    }

    #[test]
    fn names_are_joined_and_dots_resolved() {
        assert_eq!(named(b"/a/b", b"c", 0), "/a/b/c");
        assert_eq!(named(b"/a/b", b"../c//./d", 0), "/a/c/d");
        assert_eq!(named(b"/", b"/x/y", 1), "/x/y");
        assert_eq!(named(b"/", b"../../x", 0), "/x");
        assert_eq!(named(b"/", b"..", 0), "/");
        assert_eq!(named(b"/jail", b"/../etc/passwd", 5), "/jail/etc/passwd");
    }

    #[test]
    fn symbolic_links_in_the_directory_part_are_resolved_and_the_last_name_is_not() {
        let folder = std::env::temp_dir().join(format!("monomi-paths-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let folder = folder.canonicalize().unwrap();
        std::fs::create_dir(folder.join("real")).unwrap();
        std::os::unix::fs::symlink("real", folder.join("link")).unwrap();
        std::os::unix::fs::symlink("elsewhere", folder.join("real/leaf")).unwrap();
        let mut path = folder.join("link/leaf").as_os_str().as_bytes().to_vec();
        let mut directories = Directories::default();
        let resolved = directories.resolve(&mut path, 0, Instant::now());
        let mut missing = folder.join("none/leaf").as_os_str().as_bytes().to_vec();
        let missing_resolved = directories.resolve(&mut missing, 0, Instant::now());
        let expected = folder.join("real/leaf");
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(resolved);
        assert_eq!(path, expected.as_os_str().as_bytes());
        assert!(!missing_resolved);
    }
}
