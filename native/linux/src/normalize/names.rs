//! Records about a file: one path of what the kernel walked and what the caller wrote.

use super::{
    Normalizer,
    plain::{finish, read, take, write},
    push_walked,
};
use crate::{
    facts::facts_of,
    paths::{follow, push_named, push_reversed},
};
use monomi_record::{File, flag, how, kind};
use std::time::Instant;

/// Two bytes of a script's first line.
const SMALLEST_PROGRAM: u64 = 2;

impl Normalizer {
    /// Delivers a record about a file; its kind's own part stays as it is.
    pub(super) fn file(&mut self, raw: &[u8], now: Instant, out: &mut [u8]) -> Option<usize> {
        let mut record: File = read(raw)?;
        let mut rest = &raw[size_of::<File>()..];
        let own = take(&mut rest, record.extra_len)?;
        let name = take(&mut rest, record.name_len)?;
        let base = take(&mut rest, record.path_len)?;
        let root = take(&mut rest, record.root_len)?;
        let name = name.strip_suffix(&[0]).unwrap_or(name);
        let text = &mut self.text;
        text.clear();
        let flags = record.header.flags;
        let mut root_of = 0;
        if record.how == how::ABSTRACT {
            text.push(b'@');
            text.extend(base.iter().map(|&byte| if byte == 0 { b'@' } else { byte }));
        } else if flags & flag::WHOLE != 0 {
            text.extend_from_slice(base);
        } else if record.path_len > 0 || record.name_len > 0 || record.header.kind != kind::MODULE {
            push_walked(base, flags & flag::PATH_INCOMPLETE != 0, text);
        }
        if record.name_len > 0 {
            let relative = flags & flag::RELATIVE != 0;
            let jailed = !relative && text.len() > 1;
            let floor = if relative {
                floor_of(root, text)
            } else {
                text.len()
            };
            push_named(name, floor, text);
            let foreign = flags & flag::FOREIGN != 0 && !jailed;
            root_of = if foreign { record.header.pid } else { 0 };
            let has_directory = name
                .iter()
                .rposition(|&byte| byte == b'/')
                .is_some_and(|at| at > 0);
            let complete = flags & flag::PATH_INCOMPLETE == 0;
            if has_directory && complete && !self.directories.resolve(text, root_of, now) {
                record.header.flags |= flag::UNRESOLVED;
            }
            if complete && flags & flag::FOLLOWED != 0 && !follow(text, root_of) {
                record.header.flags |= flag::UNRESOLVED;
            }
        }
        self.own.clear();
        self.own.extend_from_slice(own);
        if !self.complete(&mut record, root_of) {
            self.unchanged += 1;
            return Some(0);
        }
        let text = &self.text;
        record.path_len = text.len() as u32;
        record.name_len = 0;
        record.root_len = 0;
        finish(&mut record.header, size_of::<File>() + self.own.len(), text);
        Some(write(&record, &self.own, text, out))
    }

    /// Adds what only the file itself can tell. False when there is nothing new to deliver.
    fn complete(&mut self, record: &mut File, root_of: u32) -> bool {
        let root_of = if record.header.flags & flag::FOREIGN != 0 && root_of == 0 {
            record.header.pid
        } else {
            root_of
        };
        match record.header.kind {
            kind::STREAM => {
                if let Some(facts) = facts_of(&self.text, root_of)
                    && let Some(created) = self.own.first_chunk_mut()
                {
                    *created = facts.created.to_le_bytes();
                }
                true
            }
            kind::EXECUTABLE => {
                if record.inode == 0
                    && let Some(facts) = facts_of(&self.text, root_of)
                {
                    if !facts.is_regular || facts.size < SMALLEST_PROGRAM {
                        return false;
                    }
                    record.inode = facts.inode;
                    record.device = facts.device;
                    let known = [facts.size, facts.mtime, facts.ctime];
                    for (place, value) in self.own.chunks_exact_mut(8).zip(known) {
                        place.copy_from_slice(&value.to_le_bytes());
                    }
                }
                let content = self.own.get(..16).unwrap_or_default();
                self.contents
                    .is_new(record.device, record.inode, content, &self.text)
            }
            _ => true,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::floor_of;

    #[test]
    fn dots_stop_at_the_root_of_the_process() {
        assert_eq!(floor_of(b"jail\0srv\0", b"/srv/jail/work"), 9);
        assert_eq!(floor_of(b"jail\0srv\0", b"/srv/jail"), 9);
        assert_eq!(floor_of(b"jail\0srv\0", b"/srv/jailed"), 0);
        assert_eq!(floor_of(b"", b"/srv"), 0);
    }
}
