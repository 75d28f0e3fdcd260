//! From the kernel programs' raw record to the delivered one: paths put in order and made
//! absolute, text classified so that TypeScript need not look at it, padding.

use crate::{
    paths::{Directories, push_named, push_reversed},
    routes::Routes,
};
use monomi_record::{Exec, File, Header, Network, flag, how, kind, padded};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Instant,
};

const AF_INET6: u16 = 10;
const HEADER: usize = size_of::<Header>();
const DELETED: &[u8] = b" (deleted)";

/// Turns raw records into delivered ones; keeps what that needs between records.
#[derive(Debug, Default)]
pub(crate) struct Normalizer {
    directories: Directories,
    routes: Routes,
    text: Vec<u8>,
    /// Raw records that were shorter than their own lengths say: a defect, counted.
    pub(crate) malformed: u64,
}

impl Normalizer {
    /// Writes the delivered form of `raw` to the start of `out` and returns its length; None when
    /// the record is malformed. `out` must hold [`monomi_record::MAX_RECORD`] bytes.
    pub(crate) fn deliver(&mut self, raw: &[u8], now: Instant, out: &mut [u8]) -> Option<usize> {
        let length = self.try_deliver(raw, now, out);
        if length.is_none() {
            self.malformed += 1;
        }
        length
    }

    fn try_deliver(&mut self, raw: &[u8], now: Instant, out: &mut [u8]) -> Option<usize> {
        let header: Header = read(raw)?;
        match header.kind {
            kind::EXEC | kind::PROCESS => self.exec(raw, &[], out),
            kind::FILE_CREATE | kind::FILE_DELETE => self.file(raw, now, out),
            kind::NETWORK => self.network(raw, out),
            kind::FORK => copy(raw, size_of::<monomi_record::Fork>(), out),
            kind::EXIT => copy(raw, size_of::<monomi_record::Exit>(), out),
            _ => None,
        }
    }

    /// Delivers an exec or process record; `args` replaces its arguments when not empty.
    pub(crate) fn exec(&mut self, raw: &[u8], args: &[u8], out: &mut [u8]) -> Option<usize> {
        let mut record: Exec = read(raw)?;
        let mut rest = &raw[size_of::<Exec>()..];
        let path = take(&mut rest, record.path_len)?;
        let cwd = take(&mut rest, record.cwd_len)?;
        let own_args = take(&mut rest, record.args_len)?;
        let text = &mut self.text;
        text.clear();
        push_walked(path, record.header.flags & flag::PATH_INCOMPLETE != 0, text);
        if record.header.flags & flag::UNLINKED != 0 {
            text.extend_from_slice(DELETED);
        }
        record.path_len = text.len() as u32;
        push_walked(cwd, record.header.flags & flag::CWD_INCOMPLETE != 0, text);
        record.cwd_len = text.len() as u32 - record.path_len;
        let args = if args.is_empty() { own_args } else { args };
        text.extend_from_slice(args);
        record.args_len = args.len() as u32;
        record.args_total = record.args_total.max(record.args_len);
        finish(&mut record.header, size_of::<Exec>(), text);
        Some(write(&record, text, out))
    }

    fn file(&mut self, raw: &[u8], now: Instant, out: &mut [u8]) -> Option<usize> {
        let mut record: File = read(raw)?;
        let mut rest = &raw[size_of::<File>()..];
        let name = take(&mut rest, record.name_len)?;
        let base = take(&mut rest, record.path_len)?;
        let root = take(&mut rest, record.root_len)?;
        let name = name.strip_suffix(&[0]).unwrap_or(name);
        let text = &mut self.text;
        text.clear();
        push_walked(base, record.header.flags & flag::PATH_INCOMPLETE != 0, text);
        if record.how != how::OPEN {
            let relative = record.header.flags & flag::RELATIVE != 0;
            let jailed = !relative && text.len() > 1;
            let floor = if relative {
                floor_of(root, text)
            } else {
                text.len()
            };
            push_named(name, floor, text);
            let has_directory = name
                .iter()
                .rposition(|&byte| byte == b'/')
                .is_some_and(|at| at > 0);
            let complete = record.header.flags & flag::PATH_INCOMPLETE == 0;
            if has_directory && complete {
                let foreign = record.header.flags & flag::FOREIGN != 0;
                let root_of = if foreign && !jailed {
                    record.header.pid
                } else {
                    0
                };
                if !self.directories.resolve(text, root_of, now) {
                    record.header.flags |= flag::UNRESOLVED;
                }
            }
        }
        record.path_len = text.len() as u32;
        record.name_len = 0;
        record.root_len = 0;
        finish(&mut record.header, size_of::<File>(), text);
        Some(write(&record, text, out))
    }

    fn network(&mut self, raw: &[u8], out: &mut [u8]) -> Option<usize> {
        let mut record: Network = read(raw)?;
        if record.local_address == [0; 16]
            && let Some(local) = self
                .routes
                .local_for(address(&record, record.remote_address))
        {
            match local {
                IpAddr::V4(local) => record.local_address[..4].copy_from_slice(&local.octets()),
                IpAddr::V6(local) => record.local_address = local.octets(),
            }
        }
        finish(&mut record.header, size_of::<Network>(), &[]);
        Some(write(&record, &[], out))
    }
}

/// A path whose upper part is missing begins with `+`, as Sysmon for Linux marks it (Q31).
fn push_walked(names: &[u8], incomplete: bool, text: &mut Vec<u8>) {
    if incomplete {
        text.push(b'+');
    }
    push_reversed(names, text);
}

/// How much of `path` is the process's root: all of the root where the path lies beneath it.
fn floor_of(root: &[u8], path: &[u8]) -> usize {
    if root.is_empty() {
        return 0;
    }
    let mut text = Vec::new();
    push_reversed(root, &mut text);
    let beneath = path.starts_with(&text) && matches!(path.get(text.len()), None | Some(b'/'));
    if beneath { text.len() } else { 0 }
}

fn address(record: &Network, bytes: [u8; 16]) -> IpAddr {
    if record.family == AF_INET6 {
        return Ipv6Addr::from(bytes).into();
    }
    Ipv4Addr::new(bytes[0], bytes[1], bytes[2], bytes[3]).into()
}

fn copy(raw: &[u8], size: usize, out: &mut [u8]) -> Option<usize> {
    let mut header: Header = read(raw)?;
    let rest = raw.get(HEADER..size)?;
    finish(&mut header, size, &[]);
    write(&header, &[], out);
    out[HEADER..size].copy_from_slice(rest);
    Some(padded(size))
}

fn take<'a>(rest: &mut &'a [u8], length: u32) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length as usize)?;
    *rest = left;
    Some(taken)
}

/// Bit 0: not ASCII. Bit 1: needs escaping somewhere.
const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            0x80.. => 3,
            0..=0x1f | 0x7f | b'"' | b'\\' | b'&' | b'<' | b'>' => 2,
            _ => 0,
        };
        byte += 1;
    }
    /* Arguments are separated by NULs, which are decoded, not printed. */
    class[0] = 0;
    class
};

fn finish(header: &mut Header, fixed: usize, text: &[u8]) {
    let class = text
        .iter()
        .fold(0, |seen, &byte| seen | CLASS[byte as usize]);
    header.flags &= !(flag::PLAIN | flag::ASCII | flag::RELATIVE);
    if class & 1 == 0 {
        header.flags |= flag::ASCII;
    }
    if class == 0 {
        header.flags |= flag::PLAIN;
    }
    header.length = padded(fixed + text.len()) as u32;
}

/// Record structures are plain old data without padding (all sizes are asserted in the snapshot).
pub(crate) trait Plain: Copy {}
impl Plain for Header {}
impl Plain for Exec {}
impl Plain for File {}
impl Plain for Network {}

/// Reads a structure from the start of `raw`.
pub(crate) fn read<T: Plain>(raw: &[u8]) -> Option<T> {
    if raw.len() < size_of::<T>() {
        return None;
    }
    // SAFETY: the length is checked; T is plain old data, any bytes are a value of it.
    Some(unsafe { raw.as_ptr().cast::<T>().read_unaligned() })
}

fn write<T: Plain>(fixed: &T, text: &[u8], out: &mut [u8]) -> usize {
    let size = size_of::<T>();
    let end = padded(size + text.len());
    // SAFETY: T is plain old data without padding; the slice lives as long as `fixed`.
    let bytes = unsafe { std::slice::from_raw_parts(std::ptr::from_ref(fixed).cast::<u8>(), size) };
    out[..size].copy_from_slice(bytes);
    out[size..size + text.len()].copy_from_slice(text);
    out[size + text.len()..end].fill(0);
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw_file(flags: u16, how: u32, base: &[u8], name: &[u8]) -> Vec<u8> {
        let record = File {
            header: Header {
                kind: kind::FILE_DELETE,
                flags,
                ..Header::default()
            },
            how,
            path_len: base.len() as u32,
            name_len: name.len() as u32,
            ..File::default()
        };
        let mut out = vec![0; 4096];
        let mut text = name.to_vec();
        text.extend_from_slice(base);
        let length = write(&record, &text, &mut out);
        out.truncate(length);
        out
    }

    fn delivered(raw: &[u8]) -> (File, Vec<u8>) {
        let mut out = vec![0; monomi_record::MAX_RECORD];
        let length = Normalizer::default()
            .deliver(raw, Instant::now(), &mut out)
            .unwrap();
        let record: File = read(&out).unwrap();
        assert_eq!(record.header.length as usize, length);
        let start = size_of::<File>();
        (
            record,
            out[start..start + record.path_len as usize].to_vec(),
        )
    }

    #[test]
    fn an_opened_file_has_the_walked_path() {
        let (record, path) = delivered(&raw_file(0, how::OPEN, b"f\0d\0", b""));
        assert_eq!(path, b"/d/f");
        assert_ne!(record.header.flags & flag::PLAIN, 0);
    }

    #[test]
    fn a_relative_name_is_joined_to_its_base() {
        let raw = raw_file(flag::RELATIVE, how::UNLINK, b"work\0home\0", b"a\"b\0");
        let (record, path) = delivered(&raw);
        assert_eq!(path, b"/home/work/a\"b");
        assert_eq!(
            record.header.flags & (flag::PLAIN | flag::ASCII),
            flag::ASCII
        );
    }

    #[test]
    fn dots_stop_at_the_root_of_the_process() {
        assert_eq!(floor_of(b"jail\0srv\0", b"/srv/jail/work"), 9);
        assert_eq!(floor_of(b"jail\0srv\0", b"/srv/jail"), 9);
        assert_eq!(floor_of(b"jail\0srv\0", b"/srv/jailed"), 0);
        assert_eq!(floor_of(b"", b"/srv"), 0);
    }

    #[test]
    fn bytes_outside_ascii_clear_both_flags() {
        let (record, _) = delivered(&raw_file(flag::RELATIVE, how::UNLINK, b"", b"\xff\xfe\0"));
        assert_eq!(record.header.flags & (flag::PLAIN | flag::ASCII), 0);
    }

    #[test]
    fn a_record_shorter_than_it_says_is_counted_and_dropped() {
        let mut raw = raw_file(0, how::OPEN, b"f\0d\0", b"");
        raw.truncate(size_of::<File>() + 1);
        let mut normalizer = Normalizer::default();
        let mut out = vec![0; monomi_record::MAX_RECORD];
        assert_eq!(normalizer.deliver(&raw, Instant::now(), &mut out), None);
        assert_eq!(
            normalizer.deliver(&[1, 2, 3], Instant::now(), &mut out),
            None
        );
        assert_eq!(normalizer.malformed, 2);
    }
}
