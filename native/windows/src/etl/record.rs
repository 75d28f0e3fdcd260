//! The heads of records, of every kind that buffers hold.
//!
//! | type | structure | source |
//! |---|---|---|
//! | 1, 2 | SYSTEM_TRACE_HEADER | Geoff Chappell |
//! | 3, 4 | the same, compact: without processor times | Geoff Chappell |
//! | 16, 17 | PERFINFO_TRACE_HEADER: without process and thread too | Geoff Chappell |
//! | 10, 20 | EVENT_TRACE_HEADER | evntrace.h |
//! | 11, 21 | EVENT_INSTANCE_GUID_HEADER | evntrace.h |
//! | 18, 19 | EVENT_HEADER, then EVENT_HEADER_EXTENDED_DATA_ITEMs | evntcons.h |
//! | flag 0x90 | MESSAGE_TRACE_HEADER | evntrace.h, TRACE_MESSAGE_… |
//!
//! Types 12 to 14 (timed, error, WNODE) are known by number only; their size is where that of
//! EVENT_TRACE_HEADER is.

use crate::bytes::{Bytes, Guid, PointerSize};

/// Which structure heads a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// SYSTEM_TRACE_HEADER.
    System,
    /// SYSTEM_TRACE_HEADER without processor times.
    Compact,
    /// PERFINFO_TRACE_HEADER.
    PerfInfo,
    /// EVENT_TRACE_HEADER.
    Full,
    /// EVENT_INSTANCE_GUID_HEADER.
    Instance,
    /// EVENT_HEADER.
    Event,
    /// MESSAGE_TRACE_HEADER (WPP).
    Message,
    /// A structure that is known by its number only.
    Other(u8),
}

/// Who wrote a record, and what about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// The kernel logger: group in the high byte, type in the low one.
    Kernel {
        /// The hook id.
        hook: u16,
    },
    /// A class described by MOF: its GUID and the event type.
    Class {
        /// The class's GUID.
        guid: Guid,
        /// The event type.
        kind: u8,
    },
    /// A provider with a manifest or with TraceLogging.
    Provider {
        /// The provider's GUID.
        guid: Guid,
        /// The event's id.
        id: u16,
    },
    /// A trace message.
    Message {
        /// GUID of the message's file.
        guid: Guid,
        /// Number in that file.
        number: u16,
    },
    /// Not known.
    Unknown,
}

/// A record of a buffer.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Its head.
    pub kind: Kind,
    /// Who wrote it.
    pub source: Source,
    /// Version of the payload's layout.
    pub version: u8,
    /// The process it was written in; the kernel logger often leaves it out.
    pub process: Option<u32>,
    /// The thread it was written by.
    pub thread: Option<u32>,
    /// Time by the trace's clock.
    pub(crate) stamp: Option<i64>,
    /// How wide pointers in the payload are.
    pub pointer_size: PointerSize,
    /// Schema of a TraceLogging event (EVENT_HEADER_EXT_TYPE_EVENT_SCHEMA_TL).
    pub schema: Option<&'a [u8]>,
    /// Start key of the process (EVENT_HEADER_EXT_TYPE_PROCESS_START_KEY).
    pub start_key: Option<u64>,
    /// The user (EVENT_HEADER_EXT_TYPE_SID), as it lies there.
    pub sid: Option<&'a [u8]>,
    /// What the event says.
    pub payload: &'a [u8],
}

impl<'a> Record<'a> {
    /// An event of a provider or class, of which only this is known yet.
    pub(crate) fn of_event(source: Source, pointer_size: PointerSize, payload: &'a [u8]) -> Self {
        Self {
            kind: Kind::Event,
            source,
            payload,
            ..unknown(&[], pointer_size)
        }
    }
}

/// TRACE_HEADER_FLAG: every head has it.
const FLAG_HEADER: u8 = 0x80;
const FLAGS_EVENT: u8 = 0xc0;
const FLAGS_MESSAGE: u8 = 0x90;

/// The record that `bytes` begin with, and how many bytes it takes; `None` where there is none.
pub(crate) fn parse_record(bytes: &[u8], pointer_size: PointerSize) -> Option<(Record<'_>, usize)> {
    let [_, _, kind, flags] = *bytes.first_chunk()?;
    if flags & FLAG_HEADER == 0 {
        return None;
    }
    let size_at = match (flags, kind) {
        (FLAGS_EVENT, 1..=4 | 16 | 17) => 4,
        _ => 0,
    };
    let size = usize::from(Bytes::at(bytes, size_at).u16()?);
    const SMALLEST: usize = 8;
    if size < SMALLEST {
        return None;
    }
    let record = bytes.get(..size)?;
    let parsed = match (flags, kind) {
        (FLAGS_EVENT, 1 | 2) => kernel(record, Kind::System, pointer_size),
        (FLAGS_EVENT, 3 | 4) => kernel(record, Kind::Compact, pointer_size),
        (FLAGS_EVENT, 16 | 17) => kernel(record, Kind::PerfInfo, pointer_size),
        (FLAGS_EVENT, 10 | 20) => class(record, Kind::Full, pointer_size),
        (FLAGS_EVENT, 11 | 21) => class(record, Kind::Instance, pointer_size),
        (FLAGS_EVENT, 18 | 19) => event(record, pointer_size),
        (FLAGS_MESSAGE, _) => message(record, pointer_size),
        _ => Some(Record {
            kind: Kind::Other(kind),
            ..unknown(record, pointer_size)
        }),
    }?;
    Some((parsed, size.next_multiple_of(8)))
}

fn unknown(record: &[u8], pointer_size: PointerSize) -> Record<'_> {
    Record {
        kind: Kind::Other(0),
        source: Source::Unknown,
        version: 0,
        process: None,
        thread: None,
        stamp: None,
        pointer_size,
        schema: None,
        start_key: None,
        sid: None,
        payload: record.get(8..).unwrap_or_default(),
    }
}

/// Heads of the kernel logger.
fn kernel(record: &[u8], kind: Kind, pointer_size: PointerSize) -> Option<Record<'_>> {
    let mut bytes = Bytes::new(record);
    let version = bytes.u16()?;
    bytes.take(4)?;
    let hook = bytes.u16()?;
    let (mut thread, mut process) = (None, None);
    if kind != Kind::PerfInfo {
        thread = Some(bytes.u32()?);
        process = Some(bytes.u32()?);
    }
    let stamp = bytes.i64()?;
    if kind == Kind::System {
        bytes.u64()?;
    }
    bytes.take(counters(version))?;
    Some(Record {
        kind,
        source: Source::Kernel { hook },
        version: version as u8,
        process,
        thread,
        stamp: Some(stamp),
        payload: bytes.rest(),
        ..unknown(record, pointer_size)
    })
}

/// Bytes between head and payload: eight for bit 15 of the version, eight for each counter of the
/// processor, of which bits 8 to 10 hold the number.
fn counters(version: u16) -> usize {
    8 * (usize::from(version >> 15) + usize::from(version >> 8 & 7))
}

/// Heads of classes described by MOF.
fn class(record: &[u8], kind: Kind, pointer_size: PointerSize) -> Option<Record<'_>> {
    let mut bytes = Bytes::at(record, 4);
    let event_type = bytes.u8()?;
    let _level = bytes.u8()?;
    let version = bytes.u16()?;
    let thread = bytes.u32()?;
    let process = bytes.u32()?;
    let stamp = bytes.i64()?;
    let guid = bytes.guid()?;
    let _processor_time = bytes.u64()?;
    if kind == Kind::Instance {
        let _ids = bytes.u64()?;
        let _parent = bytes.guid()?;
    }
    Some(Record {
        kind,
        source: Source::Class {
            guid,
            kind: event_type,
        },
        version: version as u8,
        process: Some(process),
        thread: Some(thread),
        stamp: Some(stamp),
        payload: bytes.rest(),
        ..unknown(record, pointer_size)
    })
}

/// EVENT_HEADER.Flags of evntcons.h.
mod event_flag {
    pub(super) const EXTENDED_INFO: u16 = 0x01;
    pub(super) const POINTERS_OF_FOUR: u16 = 0x20;
    pub(super) const POINTERS_OF_EIGHT: u16 = 0x40;
    pub(super) const CLASSIC: u16 = 0x100;
}

/// EVENT_HEADER_EXT_TYPE_… of evntcons.h.
pub(crate) mod extension {
    pub(crate) const SID: u16 = 2;
    pub(crate) const SCHEMA: u16 = 11;
    pub(crate) const START_KEY: u16 = 13;
}

/// What the flags of an event's head say: whose it is, and how wide its pointers are.
pub(crate) fn event_facts(
    flags: u16,
    guid: Guid,
    id: u16,
    opcode: u8,
    otherwise: PointerSize,
) -> (Source, PointerSize) {
    let pointer_size = match flags {
        flags if flags & event_flag::POINTERS_OF_FOUR != 0 => PointerSize::Four,
        flags if flags & event_flag::POINTERS_OF_EIGHT != 0 => PointerSize::Eight,
        _ => otherwise,
    };
    let source = if flags & event_flag::CLASSIC != 0 {
        Source::Class { guid, kind: opcode }
    } else {
        Source::Provider { guid, id }
    };
    (source, pointer_size)
}

/// Heads of providers with a manifest or TraceLogging.
fn event(record: &[u8], pointer_size: PointerSize) -> Option<Record<'_>> {
    let mut bytes = Bytes::at(record, 4);
    let flags = bytes.u16()?;
    let _property = bytes.u16()?;
    let thread = bytes.u32()?;
    let process = bytes.u32()?;
    let stamp = bytes.i64()?;
    let guid = bytes.guid()?;
    let id = bytes.u16()?;
    let version = bytes.u8()?;
    let _channel_and_level = bytes.u16()?;
    let opcode = bytes.u8()?;
    let _task_and_keyword = bytes.take(2 + 8)?;
    let _processor_time = bytes.u64()?;
    let _activity = bytes.guid()?;
    let (source, pointer_size) = event_facts(flags, guid, id, opcode, pointer_size);
    let mut parsed = Record {
        version,
        process: Some(process),
        thread: Some(thread),
        stamp: Some(stamp),
        ..Record::of_event(source, pointer_size, &[])
    };
    if flags & event_flag::EXTENDED_INFO != 0 {
        extensions(&mut bytes, &mut parsed)?;
    }
    parsed.payload = bytes.rest();
    Some(parsed)
}

/// Items up to the one that says no other follows; each fills whole steps of eight bytes.
fn extensions<'a>(bytes: &mut Bytes<'a>, record: &mut Record<'a>) -> Option<()> {
    loop {
        let _reserved = bytes.u16()?;
        let kind = bytes.u16()?;
        let has_next = bytes.u16()? & 1 != 0;
        let length = usize::from(bytes.u16()?);
        let item = bytes.take(length)?;
        let padding = (length.next_multiple_of(8) - length).min(bytes.rest().len());
        bytes.take(padding)?;
        match kind {
            extension::SID => record.sid = Some(item),
            extension::SCHEMA => record.schema = Some(item),
            extension::START_KEY => record.start_key = Bytes::new(item).u64(),
            _ => {}
        }
        if !has_next {
            return Some(());
        }
    }
}

/// TRACE_MESSAGE_… of evntrace.h: what stands between a message's head and its payload.
mod message_flag {
    pub(super) const SEQUENCE: u16 = 1;
    pub(super) const GUID: u16 = 2;
    pub(super) const COMPONENT: u16 = 4;
    pub(super) const TIMESTAMP: u16 = 8;
    pub(super) const SYSTEM: u16 = 32;
}

fn message(record: &[u8], pointer_size: PointerSize) -> Option<Record<'_>> {
    let mut bytes = Bytes::at(record, 4);
    let number = bytes.u16()?;
    let flags = bytes.u16()?;
    let has = |flag| flags & flag != 0;
    let mut guid = Guid::default();
    let mut parsed = Record {
        kind: Kind::Message,
        ..unknown(record, pointer_size)
    };
    if has(message_flag::SEQUENCE) {
        bytes.u32()?;
    }
    if has(message_flag::GUID) {
        guid = bytes.guid()?;
    } else if has(message_flag::COMPONENT) {
        bytes.u32()?;
    }
    if has(message_flag::TIMESTAMP) {
        parsed.stamp = Some(bytes.i64()?);
    }
    if has(message_flag::SYSTEM) {
        parsed.thread = Some(bytes.u32()?);
        parsed.process = Some(bytes.u32()?);
    }
    parsed.source = Source::Message { guid, number };
    parsed.payload = bytes.rest();
    Some(parsed)
}
