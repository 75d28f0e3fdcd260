//! Structures of evntrace.h, evntcons.h and evntprov.h as they lie in memory on 64-bit Windows.
//!
//! Their sizes and offsets are checked when this is compiled, against numbers that the mingw headers
//! gave.

use crate::etl::Guid;
use std::ffi::c_void;
use std::mem::{offset_of, size_of};

/// EVENT_DESCRIPTOR.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct EventDescriptor {
    /// The event's number; 0 for a class.
    pub id: u16,
    /// Version of the payload's layout.
    pub version: u8,
    /// Channel.
    pub channel: u8,
    /// Level.
    pub level: u8,
    /// Operation; the event type of a class.
    pub opcode: u8,
    /// Task.
    pub task: u16,
    /// Keywords.
    pub keyword: u64,
}

/// EVENT_HEADER.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct EventHeader {
    /// Bytes of the record.
    pub size: u16,
    /// Kind of head.
    pub header_type: u16,
    /// EVENT_HEADER_FLAG_….
    pub flags: u16,
    /// EVENT_HEADER_PROPERTY_….
    pub property: u16,
    /// The thread that it was written by.
    pub thread: u32,
    /// The process that it was written in.
    pub process: u32,
    /// FILETIME.
    pub time: i64,
    /// Provider or class.
    pub provider: Guid,
    /// Which event.
    pub descriptor: EventDescriptor,
    /// Processor times.
    pub processor_time: u64,
    /// Activity.
    pub activity: Guid,
}

/// EVENT_HEADER_EXTENDED_DATA_ITEM.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ExtendedItem {
    /// Unused.
    pub reserved: u16,
    /// EVENT_HEADER_EXT_TYPE_….
    pub kind: u16,
    /// Bit 0: linked.
    pub linkage: u16,
    /// Bytes at `data`.
    pub length: u16,
    /// Address.
    pub data: u64,
}

/// EVENT_RECORD.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct EventRecord {
    /// Its head.
    pub header: EventHeader,
    /// ETW_BUFFER_CONTEXT.
    pub buffer_context: u32,
    /// How many items there are.
    pub extended_count: u16,
    /// Bytes at `payload`.
    pub payload_length: u16,
    /// What the head has besides.
    pub extended: *const ExtendedItem,
    /// What the event says.
    pub payload: *const u8,
    /// `context` of [`TraceLogfile`].
    pub context: *mut c_void,
}

/// EVENT_TRACE_PROPERTIES, with its WNODE_HEADER.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct TraceProperties {
    /// Bytes of this structure and the names behind it.
    pub size: u32,
    /// Unused.
    pub provider: u32,
    /// The session's handle.
    pub handle: u64,
    /// Unused.
    pub time: i64,
    /// The session's GUID.
    pub guid: Guid,
    /// Clock: 1 for the performance counter.
    pub clock: u32,
    /// WNODE_FLAG_….
    pub flags: u32,
    /// KiB of a buffer.
    pub buffer_kib: u32,
    /// Least buffers.
    pub minimum_buffers: u32,
    /// Most buffers.
    pub maximum_buffers: u32,
    /// Of a file.
    pub maximum_file_size: u32,
    /// EVENT_TRACE_…_MODE.
    pub mode: u32,
    /// Seconds after which a buffer is delivered though it is not full.
    pub flush_seconds: u32,
    /// EVENT_TRACE_FLAG_…: what the kernel logger writes.
    pub enable_flags: u32,
    /// Unused.
    pub age_limit: i32,
    /// Buffers there are.
    pub buffers: u32,
    /// Buffers that are free.
    pub free_buffers: u32,
    /// Events that found no buffer.
    pub events_lost: u32,
    /// Buffers written.
    pub buffers_written: u32,
    /// Buffers that could not be written to a file.
    pub log_buffers_lost: u32,
    /// Buffers that could not be delivered.
    pub realtime_buffers_lost: u32,
    /// Thread of the session.
    pub thread: u64,
    /// Where a file's name is, from the beginning of this structure.
    pub file_name_offset: u32,
    /// Where the session's name is.
    pub name_offset: u32,
}

/// Called with each event (PEVENT_RECORD_CALLBACK).
pub type RecordCallback = unsafe extern "system" fn(*mut EventRecord);
/// Called after each buffer (PEVENT_TRACE_BUFFER_CALLBACKW); 0 ends the processing.
pub type BufferCallback = unsafe extern "system" fn(*mut TraceLogfile) -> u32;

/// EVENT_TRACE_LOGFILEW.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct TraceLogfile {
    /// Name of a file; null for a session.
    pub file_name: *mut u16,
    /// Name of the session.
    pub name: *mut u16,
    /// Time of the newest event.
    pub time: i64,
    /// Buffers read.
    pub buffers_read: u32,
    /// PROCESS_TRACE_MODE_….
    pub mode: u32,
    /// EVENT_TRACE.
    pub current_event: [u64; 11],
    /// TRACE_LOGFILE_HEADER.
    pub header: [u64; 35],
    /// Called after each buffer.
    pub buffer_callback: Option<BufferCallback>,
    /// Bytes of a buffer.
    pub buffer_size: u32,
    /// Bytes of it that are used.
    pub filled: u32,
    /// Unused.
    pub events_lost: u32,
    /// Called with each event.
    pub record_callback: Option<RecordCallback>,
    /// Whether it is the kernel logger's.
    pub is_kernel: u32,
    /// Passed on in each event.
    pub context: *mut c_void,
}

/// EVENT_FILTER_DESCRIPTOR.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct FilterDescriptor {
    /// Address of the filter.
    pub filter: u64,
    /// Its bytes.
    pub size: u32,
    /// EVENT_FILTER_TYPE_….
    pub kind: u32,
}

/// ENABLE_TRACE_PARAMETERS, version 2.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct EnableParameters {
    /// 2.
    pub version: u32,
    /// EVENT_ENABLE_PROPERTY_….
    pub property: u32,
    /// Unused.
    pub control: u32,
    /// Who enables.
    pub source: Guid,
    /// Filters.
    pub filters: *const FilterDescriptor,
    /// How many.
    pub filter_count: u32,
}

const _: () = {
    assert!(size_of::<EventDescriptor>() == 16);
    assert!(size_of::<EventHeader>() == 80);
    assert!(offset_of!(EventHeader, time) == 16);
    assert!(offset_of!(EventHeader, provider) == 24);
    assert!(offset_of!(EventHeader, descriptor) == 40);
    assert!(size_of::<ExtendedItem>() == 16);
    assert!(offset_of!(ExtendedItem, kind) == 2);
    assert!(size_of::<TraceProperties>() == 120);
    assert!(offset_of!(TraceProperties, clock) == 40);
    assert!(offset_of!(TraceProperties, buffer_kib) == 48);
    assert!(offset_of!(TraceProperties, enable_flags) == 72);
    assert!(offset_of!(TraceProperties, realtime_buffers_lost) == 100);
    assert!(offset_of!(TraceProperties, file_name_offset) == 112);
    assert!(size_of::<FilterDescriptor>() == 16);
};

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<EventRecord>() == 112);
    assert!(offset_of!(EventRecord, extended) == 88);
    assert!(offset_of!(EventRecord, payload) == 96);
    assert!(size_of::<TraceLogfile>() == 448);
    assert!(offset_of!(TraceLogfile, mode) == 28);
    assert!(offset_of!(TraceLogfile, buffer_callback) == 400);
    assert!(offset_of!(TraceLogfile, record_callback) == 424);
    assert!(offset_of!(TraceLogfile, context) == 440);
    assert!(size_of::<EnableParameters>() == 48);
    assert!(offset_of!(EnableParameters, source) == 12);
    assert!(offset_of!(EnableParameters, filters) == 32);
};
