//! Where the host has mounted what a process in another mount namespace sees elsewhere.

use std::{
    fs::File,
    io::{Read, Seek},
    os::fd::AsRawFd,
};

/// More than any host has; the rest of a longer list is not looked at.
const MOUNTS_BYTES: u64 = 16 << 20;

/// A mount of the sensor's own namespace.
#[derive(Debug, PartialEq, Eq)]
struct Mount {
    /// As `major << 20 | minor`.
    device: u32,
    /// What of the file system is mounted.
    root: Vec<u8>,
    place: Vec<u8>,
}

/// The mounts of the sensor's own namespace, read anew when they have changed.
#[derive(Debug, Default)]
pub(crate) struct Mounts {
    list: Option<File>,
    known: Vec<Mount>,
}

impl Mounts {
    /// The path by which the host names the file `inside` (from the file system's own root) of a
    /// device; None where it has not mounted that part.
    pub(crate) fn path_on_host(&mut self, device: u32, inside: &[u8]) -> Option<Vec<u8>> {
        self.refresh();
        self.known
            .iter()
            .filter(|mount| mount.device == device)
            .filter_map(|mount| Some((mount, beneath(&mount.root, inside)?)))
            .max_by_key(|(mount, _)| mount.root.len())
            .map(|(mount, rest)| {
                let place = if mount.place == b"/" {
                    b""
                } else {
                    &mount.place[..]
                };
                [place, rest].concat()
            })
    }

    fn refresh(&mut self) {
        if self.list.is_none() {
            self.list = File::open("/proc/self/mountinfo").ok();
        } else if !self.has_changed() {
            return;
        }
        let Some(list) = &mut self.list else { return };
        let mut text = Vec::new();
        let _what_came_is_used = list
            .rewind()
            .and_then(|()| list.take(MOUNTS_BYTES).read_to_end(&mut text));
        self.known = parse(&text);
    }

    /// The kernel marks the list as exceptional when a mount has come or gone.
    fn has_changed(&self) -> bool {
        let Some(list) = &self.list else { return false };
        let mut fd = libc::pollfd {
            fd: list.as_raw_fd(),
            events: libc::POLLPRI,
            revents: 0,
        };
        // SAFETY: one entry that outlives the call, which does not wait.
        unsafe { libc::poll(&raw mut fd, 1, 0) > 0 }
    }
}

/// What of `inside` is behind `root`; None where it is not beneath.
fn beneath<'a>(root: &[u8], inside: &'a [u8]) -> Option<&'a [u8]> {
    if root == b"/" {
        return Some(inside);
    }
    let rest = inside.strip_prefix(root)?;
    (rest.is_empty() || rest.starts_with(b"/")).then_some(rest)
}

fn parse(text: &[u8]) -> Vec<Mount> {
    text.split(|&byte| byte == b'\n')
        .filter_map(parse_line)
        .collect()
}

/// `36 35 98:0 /root /place options…`
fn parse_line(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|&byte| byte == b' ').skip(2);
    let (major, minor) = str::from_utf8(fields.next()?).ok()?.split_once(':')?;
    let device = major.parse::<u32>().ok()? << 20 | minor.parse::<u32>().ok()?;
    let root = unescaped(fields.next()?);
    let place = unescaped(fields.next()?);
    let is_absolute = |path: &[u8]| path.starts_with(b"/");
    (is_absolute(&root) && is_absolute(&place)).then_some(Mount {
        device,
        root,
        place,
    })
}

/// Blanks, tabs, line ends and backslashes are octal there.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let octal = (byte == b'\\')
            .then(|| after.get(..3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 8).ok());
        match octal {
            Some(value) => {
                out.push(value);
                rest = &after[3..];
            }
            None => {
                out.push(byte);
                rest = after;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::MetadataExt};

    const LIST: &[u8] = b"\
22 1 254:0 / / rw,relatime - ext4 /dev/root rw
31 22 0:52 / /var/lib/docker/overlay2/abc/merged rw - overlay overlay rw
32 22 254:0 /srv/app /mnt/with\\040blank rw - ext4 /dev/root rw
33 22 0:60 garbage
";

    fn on_host(device: u32, inside: &str) -> Option<String> {
        let mut mounts = Mounts {
            list: Some(File::open("/dev/null").unwrap()),
            known: parse(LIST),
        };
        mounts
            .path_on_host(device, inside.as_bytes())
            .map(|path| String::from_utf8(path).unwrap())
    }

    #[test]
    fn a_file_of_a_container_is_named_by_the_hosts_mount() {
        let path = on_host(52, "/usr/bin/nginx");
        assert_eq!(
            path.as_deref(),
            Some("/var/lib/docker/overlay2/abc/merged/usr/bin/nginx")
        );
        assert_eq!(on_host(53, "/usr/bin/nginx"), None);
    }

    #[test]
    fn of_several_mounts_the_narrowest_names_the_file() {
        let root = 254 << 20;
        assert_eq!(on_host(root, "/bin/sh").as_deref(), Some("/bin/sh"));
        assert_eq!(
            on_host(root, "/srv/app/tool").as_deref(),
            Some("/mnt/with blank/tool")
        );
        assert_eq!(on_host(root, "/srv/apple").as_deref(), Some("/srv/apple"));
    }

    #[test]
    fn the_running_hosts_mounts_are_read() {
        let mut mounts = Mounts::default();
        let device = fs::metadata("/proc/self").unwrap().dev();
        let proc = libc::major(device) << 20 | libc::minor(device);
        assert_eq!(
            mounts.path_on_host(proc, b"/version").as_deref(),
            Some(&b"/proc/version"[..])
        );
    }
}
