//! DNS conversations: which query which answer belongs to, and what it says in Sysmon's form.
//!
//! Everything that is kept is bounded, because anybody can send anything to port 53: queries that
//! wait for their answer, streams of TCP whose messages come in pieces, the text of results.

mod results;

use monomi_record::Header;
use results::results_of;
use simple_dns::Packet as Message;
use std::{
    collections::{HashMap, VecDeque, hash_map::Entry},
    time::{Duration, Instant},
};

/// How long a query waits for its answer; resolvers ask again before, with the same number.
const PATIENCE: Duration = Duration::from_secs(12);
/// How many queries wait at a time; beyond that the oldest go without an answer.
const WAITING: usize = 4096;
/// How many directions of TCP connections are followed at a time.
const STREAMS: usize = 128;
/// The largest message of TCP, with its length in front.
const LARGEST: usize = 65_537;
const HEADER_BYTES: usize = 12;
const IS_ANSWER: u8 = 0x80;

/// Windows' ERROR_TIMEOUT.
const TIMED_OUT: u32 = 1460;
/// Windows' DNS_ERROR_RESPONSE_CODES_BASE: response codes count from here.
const RESPONSE_CODES: u32 = 9000;
/// Windows' DNS_INFO_NO_RECORDS.
const NO_RECORDS: u32 = 9501;

/// One packet's payload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet<'a> {
    /// The process that asks, and when.
    pub(crate) asker: Header,
    pub(crate) socket: u64,
    pub(crate) is_answer: bool,
    /// TCP's; None for UDP.
    pub(crate) sequence: Option<u32>,
    /// Whether nothing of the payload is missing.
    pub(crate) is_whole: bool,
    pub(crate) payload: &'a [u8],
}

/// What became of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) asker: Header,
    pub(crate) name: String,
    /// 0, or Windows' number of an error.
    pub(crate) status: u32,
    /// In Sysmon's form; empty for none.
    pub(crate) results: String,
}

#[derive(Debug)]
struct Query {
    asker: Header,
    name: String,
    since: Instant,
}

#[derive(Debug)]
struct Stream {
    next: u32,
    bytes: Vec<u8>,
}

/// All conversations that are going on.
#[derive(Debug, Default)]
pub(crate) struct Conversations {
    waiting: HashMap<(u64, u16), Query>,
    /// In the order in which they began; entries whose query is gone are skipped.
    order: VecDeque<(Instant, u64, u16)>,
    streams: HashMap<(u64, bool), Stream>,
    outcomes: VecDeque<Outcome>,
}

impl Conversations {
    /// Takes one packet; what it settles is given by [`Conversations::next_outcome`].
    pub(crate) fn take(&mut self, packet: &Packet<'_>, now: Instant) {
        let Some(sequence) = packet.sequence else {
            self.message(packet, packet.payload, now);
            return;
        };
        for message in self.messages(packet, sequence) {
            self.message(packet, &message, now);
        }
    }

    /// One query that is settled.
    pub(crate) fn next_outcome(&mut self) -> Option<Outcome> {
        self.outcomes.pop_front()
    }

    /// Settles the queries that have waited long enough.
    pub(crate) fn expire(&mut self, now: Instant) {
        while let Some(&(since, socket, id)) = self.order.front() {
            let is_late = now.duration_since(since) >= PATIENCE;
            if !is_late && self.order.len() <= WAITING {
                break;
            }
            self.order.pop_front();
            if let Entry::Occupied(entry) = self.waiting.entry((socket, id))
                && entry.get().since == since
            {
                let query = entry.remove();
                self.outcomes.push_back(Outcome {
                    asker: query.asker,
                    name: query.name,
                    status: TIMED_OUT,
                    results: String::new(),
                });
            }
        }
    }

    /// The whole messages that a piece of a stream completes.
    fn messages(&mut self, packet: &Packet<'_>, sequence: u32) -> Vec<Vec<u8>> {
        let key = (packet.socket, packet.is_answer);
        if !packet.is_whole {
            self.streams.remove(&key);
            return Vec::new();
        }
        if self.streams.len() >= STREAMS && !self.streams.contains_key(&key) {
            self.streams.clear();
        }
        let stream = self.streams.entry(key).or_insert(Stream {
            next: sequence,
            bytes: Vec::new(),
        });
        // How much of this piece came before: nothing, or all in a retransmission.
        let known = stream.next.wrapping_sub(sequence) as usize;
        let Some(new) = packet.payload.get(known..) else {
            if known > u32::MAX as usize / 2 {
                // A gap that will not be filled: what follows cannot be understood.
                self.streams.remove(&key);
            }
            return Vec::new();
        };
        stream.next = sequence.wrapping_add(packet.payload.len() as u32);
        stream.bytes.extend_from_slice(new);
        let mut messages = Vec::new();
        while let Some((length, rest)) = stream.bytes.split_first_chunk::<2>() {
            let length = usize::from(u16::from_be_bytes(*length));
            let Some(message) = rest.get(..length) else {
                break;
            };
            messages.push(message.to_vec());
            stream.bytes.drain(..2 + length);
        }
        if stream.bytes.len() > LARGEST {
            self.streams.remove(&key);
        }
        messages
    }

    fn message(&mut self, packet: &Packet<'_>, bytes: &[u8], now: Instant) {
        let Some(header) = bytes.first_chunk::<HEADER_BYTES>() else {
            return;
        };
        let id = u16::from_be_bytes([header[0], header[1]]);
        let is_answer = header[2] & IS_ANSWER != 0;
        if is_answer != packet.is_answer {
            return;
        }
        if is_answer {
            self.answer((packet.socket, id), header, bytes);
        } else {
            self.query(packet, id, bytes, now);
        }
    }

    fn query(&mut self, packet: &Packet<'_>, id: u16, bytes: &[u8], now: Instant) {
        let Some(name) = Message::parse(bytes)
            .ok()
            .and_then(|message| Some(message.questions.first()?.qname.to_string()))
        else {
            return;
        };
        let query = Query {
            asker: packet.asker,
            name,
            since: now,
        };
        if let Entry::Vacant(place) = self.waiting.entry((packet.socket, id)) {
            place.insert(query);
            self.order.push_back((now, packet.socket, id));
            self.expire(now);
        }
    }

    fn answer(&mut self, key: (u64, u16), header: &[u8; HEADER_BYTES], bytes: &[u8]) {
        let Entry::Occupied(entry) = self.waiting.entry(key) else {
            return;
        };
        let message = Message::parse(bytes).ok();
        let asked = message
            .as_ref()
            .and_then(|message| message.questions.first());
        if asked.is_some_and(|asked| {
            !asked
                .qname
                .to_string()
                .eq_ignore_ascii_case(&entry.get().name)
        }) {
            return;
        }
        let query = entry.remove();
        let results = message.as_ref().map(results_of).unwrap_or_default();
        let code = u32::from(header[3] & 15);
        let status = match code {
            0 if results.is_empty() => NO_RECORDS,
            0 => 0,
            code => RESPONSE_CODES + code,
        };
        self.outcomes.push_back(Outcome {
            asker: query.asker,
            name: query.name,
            status,
            results,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use simple_dns::{
        CLASS, Name, PacketFlag, QCLASS, QTYPE, Question, RCODE, ResourceRecord, TYPE,
        rdata::{A, AAAA, CNAME, RData, TXT},
    };

    const NAME: &str = "www.example.org";

    fn question(mut message: Message<'static>) -> Message<'static> {
        message.questions.push(Question::new(
            Name::new_unchecked(NAME),
            QTYPE::TYPE(TYPE::A),
            QCLASS::CLASS(CLASS::IN),
            false,
        ));
        message
    }

    fn query(id: u16) -> Vec<u8> {
        question(Message::new_query(id)).build_bytes_vec().unwrap()
    }

    fn answer(id: u16, code: RCODE, answers: Vec<RData<'static>>) -> Vec<u8> {
        let mut message = question(Message::new_reply(id));
        message.set_flags(PacketFlag::RESPONSE);
        *message.rcode_mut() = code;
        message.answers = answers
            .into_iter()
            .map(|data| ResourceRecord::new(Name::new_unchecked(NAME), CLASS::IN, 60, data))
            .collect();
        message.build_bytes_vec_compressed().unwrap()
    }

    fn packet(is_answer: bool, sequence: Option<u32>, payload: &[u8]) -> Packet<'_> {
        Packet {
            asker: Header {
                pid: 7,
                ..Header::default()
            },
            socket: 1,
            is_answer,
            sequence,
            is_whole: true,
            payload,
        }
    }

    fn framed(message: &[u8]) -> Vec<u8> {
        let mut bytes = (message.len() as u16).to_be_bytes().to_vec();
        bytes.extend_from_slice(message);
        bytes
    }

    fn outcome(status: u32, results: &str) -> Option<Outcome> {
        Some(Outcome {
            asker: packet(false, None, &[]).asker,
            name: NAME.to_string(),
            status,
            results: results.to_string(),
        })
    }

    #[test]
    fn an_answer_settles_its_query_once() {
        let mut conversations = Conversations::default();
        let now = Instant::now();
        let answers = vec![
            RData::CNAME(CNAME(Name::new_unchecked("host.example.org"))),
            RData::A(A {
                address: 0x5db8_d822,
            }),
            RData::AAAA(AAAA { address: 1 }),
            RData::TXT(TXT::new().with_string("v=spf1 a=b").unwrap()),
        ];
        conversations.take(&packet(false, None, &query(9)), now);
        conversations.take(&packet(true, None, &answer(8, RCODE::NoError, vec![])), now);
        assert_eq!(conversations.next_outcome(), None);
        let answer = answer(9, RCODE::NoError, answers);
        conversations.take(&packet(true, None, &answer), now);
        let results = "type:  5 host.example.org;::ffff:93.184.216.34;::1;type:  16 v=spf1 a=b;";
        assert_eq!(conversations.next_outcome(), outcome(0, results));
        conversations.take(&packet(true, None, &answer), now);
        assert_eq!(conversations.next_outcome(), None);
    }

    #[test]
    fn failures_have_numbers_of_windows() {
        for (code, status) in [
            (RCODE::NameError, 9003),
            (RCODE::ServerFailure, 9002),
            (RCODE::NoError, 9501),
        ] {
            let mut conversations = Conversations::default();
            let now = Instant::now();
            conversations.take(&packet(false, None, &query(1)), now);
            conversations.take(&packet(true, None, &answer(1, code, vec![])), now);
            assert_eq!(conversations.next_outcome(), outcome(status, ""));
        }
    }

    #[test]
    fn without_an_answer_a_query_is_settled_in_the_end() {
        let mut conversations = Conversations::default();
        let now = Instant::now();
        conversations.take(&packet(false, None, &query(1)), now);
        conversations.take(&packet(false, None, &query(1)), now + PATIENCE / 2);
        conversations.expire(now + PATIENCE / 2);
        assert_eq!(conversations.next_outcome(), None);
        conversations.expire(now + PATIENCE);
        assert_eq!(conversations.next_outcome(), outcome(TIMED_OUT, ""));
        assert_eq!(conversations.next_outcome(), None);
    }

    #[test]
    fn messages_of_tcp_come_in_pieces_and_twice() {
        let asked = framed(&query(3));
        let answered = framed(&answer(3, RCODE::NameError, vec![]));
        let mut conversations = Conversations::default();
        let now = Instant::now();
        conversations.take(&packet(false, Some(u32::MAX - 1), &asked[..2]), now);
        conversations.take(&packet(false, Some(0), &asked[2..]), now);
        for at in 0..answered.len() {
            let piece = &answered[at..=at];
            for _ in 0..2 {
                conversations.take(&packet(true, Some(100 + at as u32), piece), now);
            }
        }
        assert_eq!(conversations.next_outcome(), outcome(9003, ""));
        assert_eq!(conversations.next_outcome(), None);
    }

    #[test]
    fn garbage_and_floods_are_bounded() {
        let mut conversations = Conversations::default();
        let now = Instant::now();
        for length in 0..64 {
            let bytes: Vec<u8> = (0..length).map(|byte: u8| byte.wrapping_mul(37)).collect();
            conversations.take(&packet(false, None, &bytes), now);
            conversations.take(&packet(true, Some(length.into()), &bytes), now);
        }
        for id in 0..=u16::MAX {
            conversations.take(&packet(false, None, &query(id)), now);
            while conversations.next_outcome().is_some() {}
        }
        assert!(conversations.waiting.len() <= WAITING);
        assert!(conversations.order.len() <= WAITING);
    }
}
