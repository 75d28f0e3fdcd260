//! From the kernel programs' raw record to the delivered one: paths put in order and made
//! absolute, text classified so that TypeScript need not look at it, padding.

mod containers;
mod names;
mod pending;
mod plain;
mod queries;
mod reach;

pub(crate) use plain::read;

use crate::{
    dns::Conversations,
    facts::Contents,
    mounts::Mounts,
    paths::{Directories, push_reversed},
    routes::Routes,
};
use monomi_record::{Denial, Exec, Header, Network, flag, kind};
use pending::Pending;
use plain::{copy, finish, take, write};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Instant,
};

const AF_INET6: u16 = 10;
const DELETED: &[u8] = b" (deleted)";

/// Turns raw records into delivered ones; keeps what that needs between records.
#[derive(Debug, Default)]
pub(crate) struct Normalizer {
    directories: Directories,
    routes: Routes,
    text: Vec<u8>,
    own: Vec<u8>,
    contents: Contents,
    conversations: Conversations,
    pending: Pending,
    mounts: Mounts,
    /// Raw records that were shorter than their own lengths say: a defect, counted.
    pub(crate) malformed: u64,
    /// Files that may have been programs, but hold what they held when they were delivered before, or
    /// too little.
    pub(crate) unchanged: u64,
}

impl Normalizer {
    /// Writes the delivered form of `raw` to the start of `out` and returns its length, 0 when it
    /// says nothing new; None when the record is malformed. `out` must hold [`monomi_record::MAX_RECORD`] bytes.
    pub(crate) fn deliver(&mut self, raw: &[u8], now: Instant, out: &mut [u8]) -> Option<usize> {
        let length = self.try_deliver(raw, now, out);
        if length.is_none() {
            self.malformed += 1;
        }
        length
    }

    fn try_deliver(&mut self, raw: &[u8], now: Instant, out: &mut [u8]) -> Option<usize> {
        let header: Header = read(raw)?;
        if header.flags & flag::PENDING != 0 {
            let (request, plain) = pending::take_mark(raw)?;
            let length = self.try_deliver(&plain, now, out)?;
            self.pending.keep(request, &out[..length]);
            return Some(0);
        }
        match header.kind {
            kind::EXEC | kind::PROCESS => self.exec(raw, &[], out),
            kind::FILE_CREATE
            | kind::FILE_DELETE
            | kind::FILE_TIME
            | kind::RAW_READ
            | kind::TAMPER
            | kind::STREAM
            | kind::PIPE_CREATE
            | kind::PIPE_CONNECT
            | kind::MODULE
            | kind::IMAGE_LOAD
            | kind::EXECUTABLE
            | kind::TOUCH => self.file(raw, now, out),
            kind::DONE => self.pending.done(&read(raw)?, out),
            kind::DNS => self.dns(raw, now, out),
            kind::BPF => copy(raw, size_of::<monomi_record::Bpf>(), out),
            kind::ACCESS | kind::INJECT => self.access(raw, out),
            kind::CONTAINER => self.container(raw, out),
            kind::BLOCKED_EXECUTABLE | kind::BLOCKED_SHREDDING => denial(raw, out),
            kind::INTERFERENCE => reach::interference(raw, out),
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
        Some(write(&record, &[], text, out))
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
        Some(write(&record, &[], &[], out))
    }
}

/// The paths of a denial are as the kernel decided by them.
fn denial(raw: &[u8], out: &mut [u8]) -> Option<usize> {
    let mut record: Denial = read(raw)?;
    let mut rest = &raw[size_of::<Denial>()..];
    let texts = take(&mut rest, record.path_len.checked_add(record.image_len)?)?;
    finish(&mut record.header, size_of::<Denial>(), texts);
    Some(write(&record, &[], texts, out))
}

fn address(record: &Network, bytes: [u8; 16]) -> IpAddr {
    if record.family == AF_INET6 {
        return Ipv6Addr::from(bytes).into();
    }
    Ipv4Addr::new(bytes[0], bytes[1], bytes[2], bytes[3]).into()
}

/// A path whose upper part is missing begins with `+`, as Sysmon for Linux marks it (Q31).
fn push_walked(names: &[u8], incomplete: bool, text: &mut Vec<u8>) {
    if incomplete {
        text.push(b'+');
    }
    push_reversed(names, text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use monomi_record::{File, how};

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
        let length = write(&record, &[], &text, &mut out);
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
