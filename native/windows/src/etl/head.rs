//! The head of a file: the first record of its first buffer holds TRACE_LOGFILE_HEADER (evntrace.h;
//! MOF class EventTrace_Header).

use super::clock::TimeBase;
use super::record::{Record, Source, parse_record};
use crate::bytes::{Bytes, PointerSize};

/// What the head of a file says.
#[derive(Clone, Debug)]
pub struct Head {
    /// Bytes of a buffer.
    pub(crate) buffer_size: usize,
    /// How wide pointers are.
    pub pointer_size: PointerSize,
    /// Build of Windows.
    pub build: u32,
    /// FILETIME at which Windows was started.
    pub boot_time: i64,
    /// FILETIME at which the session was started.
    pub start_time: i64,
    /// Events that the session could not take.
    pub events_lost: u32,
    /// Buffers that the session could not write.
    pub buffers_lost: u32,
    /// Buffers that were written.
    pub buffers_written: u32,
    /// Name of the session.
    pub session: String,
    pub(crate) time: TimeBase,
}

const TIME_ZONE_INFORMATION_BYTES: usize = 172;
const PADDING_BYTES: usize = 4;

impl Head {
    /// Reads the head out of the first buffer's records.
    pub(crate) fn parse(records: &[u8]) -> Option<Self> {
        let (record, _) = parse_record(records, PointerSize::Eight)?;
        if record.source != (Source::Kernel { hook: 0 }) {
            return None;
        }
        Self::read(&record)
    }

    fn read(record: &Record) -> Option<Self> {
        // The width decides where fields lie, and is itself found at the same place with both.
        let width = Bytes::at(record.payload, 44).u32()?;
        let pointer_size = match width {
            4 => PointerSize::Four,
            8 => PointerSize::Eight,
            _ => return None,
        };
        let mut bytes = Bytes::new(record.payload);
        let buffer_size = bytes.u32()? as usize;
        bytes.u32()?;
        let build = bytes.u32()?;
        let _processors = bytes.u32()?;
        let _end_time = bytes.i64()?;
        let _timer_resolution = bytes.u32()?;
        let _maximum_file_size = bytes.u32()?;
        let _mode = bytes.u32()?;
        let buffers_written = bytes.u32()?;
        let _start_buffers = bytes.u32()?;
        bytes.u32()?;
        let events_lost = bytes.u32()?;
        let cycles_a_microsecond = bytes.u32()?;
        let _logger_name = bytes.pointer(pointer_size)?;
        let _file_name = bytes.pointer(pointer_size)?;
        bytes.take(TIME_ZONE_INFORMATION_BYTES + PADDING_BYTES)?;
        let boot_time = bytes.i64()?;
        let ticks_a_second = bytes.i64()?;
        let start_time = bytes.i64()?;
        let clock = bytes.u32()?;
        let buffers_lost = bytes.u32()?;
        let session = bytes.wide_text();
        Some(Self {
            buffer_size,
            pointer_size,
            build,
            boot_time,
            start_time,
            events_lost,
            buffers_lost,
            buffers_written,
            session,
            time: TimeBase {
                clock: TimeBase::clock(clock, ticks_a_second, cycles_a_microsecond),
                start: start_time,
                stamp: record.stamp?,
            },
        })
    }
}
