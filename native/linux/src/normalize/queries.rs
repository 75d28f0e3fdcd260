//! Records of DNS queries: packets go in, queries with their outcome come out.

use super::{
    Normalizer,
    plain::{finish, read, take, write},
};
use crate::dns::{Outcome, Packet};
use monomi_record::{Dns, kind};
use std::time::Instant;

impl Normalizer {
    /// Takes one packet; delivers the query that it answers, if it does.
    pub(super) fn dns(&mut self, raw: &[u8], now: Instant, out: &mut [u8]) -> Option<usize> {
        let record: Dns = read(raw)?;
        let payload = take(&mut &raw[size_of::<Dns>()..], record.payload_len)?;
        let packet = Packet {
            asker: record.header,
            socket: record.socket,
            is_answer: record.is_answer != 0,
            sequence: (record.protocol == libc::IPPROTO_TCP as u16).then_some(record.sequence),
            is_whole: record.payload_len == record.payload_total,
            payload,
        };
        self.conversations.take(&packet, now);
        Some(
            self.conversations
                .next_outcome()
                .map_or(0, |outcome| deliver(&outcome, out)),
        )
    }

    /// Delivers one query that is known to have an outcome, be it that no answer came in time.
    pub(crate) fn expire(&mut self, now: Instant, out: &mut [u8]) -> Option<usize> {
        self.conversations.expire(now);
        let outcome = self.conversations.next_outcome()?;
        Some(deliver(&outcome, out))
    }
}

fn deliver(outcome: &Outcome, out: &mut [u8]) -> usize {
    let mut text = outcome.name.clone().into_bytes();
    text.extend_from_slice(outcome.results.as_bytes());
    let mut record = Dns {
        header: outcome.asker,
        status: outcome.status,
        name_len: outcome.name.len() as u32,
        results_len: outcome.results.len() as u32,
        ..Dns::default()
    };
    record.header.kind = kind::DNS;
    finish(&mut record.header, size_of::<Dns>(), &text);
    write(&record, &[], &text, out)
}
