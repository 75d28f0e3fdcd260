//! Records of requests that were submitted and are not done yet (io_uring).

use super::plain::{read, write};
use monomi_record::{Done, File, flag};
use std::collections::HashMap;

/// How many requests are waited for at a time.
const WAITING: usize = 4096;

/// Records that wait until their request is done.
#[derive(Debug, Default)]
pub(super) struct Pending {
    records: HashMap<u64, Box<[u8]>>,
}

/// The request that a raw record waits for, and the record as if it waited for none.
pub(super) fn take_mark(raw: &[u8]) -> Option<(u64, Vec<u8>)> {
    let mut record: File = read(raw)?;
    let request = record.inode;
    record.inode = 0;
    record.header.flags &= !flag::PENDING;
    let rest = &raw[size_of::<File>()..];
    let mut plain = vec![0; raw.len() + 8];
    write(&record, &[], rest, &mut plain);
    Some((request, plain))
}

impl Pending {
    /// Keeps a delivered record for its request.
    pub(super) fn keep(&mut self, request: u64, record: &[u8]) {
        if self.records.len() >= WAITING {
            // Requests whose end was lost would fill it for ever.
            self.records.clear();
        }
        self.records.insert(request, record.into());
    }

    /// Delivers the record of a request that has succeeded.
    pub(super) fn done(&mut self, done: &Done, out: &mut [u8]) -> Option<usize> {
        let record = self.records.remove(&done.request);
        let Some(record) = record.filter(|_| done.result.cast_signed() >= 0) else {
            return Some(0);
        };
        out.get_mut(..record.len())?.copy_from_slice(&record);
        Some(record.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(request: u64, result: i32) -> Done {
        Done {
            request,
            result: result.cast_unsigned(),
            ..Done::default()
        }
    }

    #[test]
    fn a_record_is_delivered_once_its_request_succeeds() {
        let mut pending = Pending::default();
        let mut out = [0; 8];
        pending.keep(1, b"one");
        pending.keep(2, b"two");
        assert_eq!(pending.done(&done(2, -2), &mut out), Some(0));
        assert_eq!(pending.done(&done(2, 0), &mut out), Some(0));
        assert_eq!(pending.done(&done(1, 0), &mut out), Some(3));
        assert_eq!(&out[..3], b"one");
        assert_eq!(pending.done(&done(1, 0), &mut out), Some(0));
    }
}
