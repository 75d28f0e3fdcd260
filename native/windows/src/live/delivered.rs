//! Events as Windows delivers them -> the records that the tables decode.

use super::api::Delivered;
use super::structures::{EventRecord, ExtendedItem};
use crate::bytes::Bytes;
use crate::etl::{PointerSize, Record, event_facts, extension};

/// The record that an event is, and its time.
///
/// # Safety
/// What `event` points to must be readable for the lengths it names while the record is used.
#[must_use]
pub unsafe fn delivered(event: &EventRecord) -> Delivered<'_> {
    let header = &event.header;
    let descriptor = &header.descriptor;
    // SAFETY: the caller's promise.
    let payload = unsafe { bytes_at(event.payload, event.payload_length.into()) };
    let (source, pointer_size) = event_facts(
        header.flags,
        header.provider,
        descriptor.id,
        descriptor.opcode,
        PointerSize::Eight,
    );
    let mut record = Record {
        version: descriptor.version,
        process: Some(header.process),
        thread: Some(header.thread),
        stamp: Some(header.time),
        ..Record::of_event(source, pointer_size, payload)
    };
    // SAFETY: the caller's promise.
    for item in unsafe { items(event) } {
        // SAFETY: the caller's promise.
        let data = unsafe { bytes_at(item.data as *const u8, item.length.into()) };
        match item.kind {
            extension::SID => record.sid = Some(data),
            extension::SCHEMA => record.schema = Some(data),
            extension::START_KEY => record.start_key = Bytes::new(data).u64(),
            _ => {}
        }
    }
    (header.time, record)
}

/// # Safety
/// As [`delivered`].
unsafe fn items(event: &EventRecord) -> &[ExtendedItem] {
    if event.extended.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(event.extended, event.extended_count.into()) }
}

/// # Safety
/// `start` must be null or readable for `length` bytes.
unsafe fn bytes_at<'a>(start: *const u8, length: usize) -> &'a [u8] {
    if start.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(start, length) }
}

#[cfg(test)]
mod tests {
    use super::super::structures::{EventDescriptor, EventHeader};
    use super::*;
    use crate::etl::{Guid, Source};

    const PROVIDER: Guid = Guid([7; 16]);
    const CLASSIC: u16 = 0x100;

    fn event(flags: u16, payload: &[u8], extended: &[ExtendedItem]) -> EventRecord {
        EventRecord {
            header: EventHeader {
                flags,
                thread: 8,
                process: 4,
                time: 132_273_542_277_445_790,
                provider: PROVIDER,
                descriptor: EventDescriptor {
                    id: 11,
                    version: 2,
                    opcode: 3,
                    ..EventDescriptor::default()
                },
                ..EventHeader::default()
            },
            buffer_context: 0,
            extended_count: extended.len() as u16,
            payload_length: payload.len() as u16,
            extended: extended.as_ptr(),
            payload: payload.as_ptr(),
            context: std::ptr::null_mut(),
        }
    }

    #[test]
    fn an_event_is_a_record_with_all_it_brings() {
        let sid = [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];
        let key = 9_u64.to_le_bytes();
        let item = |kind, data: &[u8]| ExtendedItem {
            reserved: 0,
            kind,
            linkage: 0,
            length: data.len() as u16,
            data: data.as_ptr() as u64,
        };
        let items = [item(2, &sid), item(13, &key), item(99, &key)];
        let event = event(0x40, b"payload", &items);
        // SAFETY: all of it lives here.
        let (time, record) = unsafe { delivered(&event) };
        assert_eq!(time, 132_273_542_277_445_790);
        assert_eq!(
            record.source,
            Source::Provider {
                guid: PROVIDER,
                id: 11
            }
        );
        assert_eq!(
            (record.version, record.process, record.thread),
            (2, Some(4), Some(8))
        );
        assert_eq!(record.sid, Some(&sid[..]));
        assert_eq!(record.start_key, Some(9));
        assert_eq!(record.payload, b"payload");
    }

    #[test]
    fn events_of_classes_and_of_narrow_programs_are_told_apart() {
        let event = event(CLASSIC | 0x20, &[], &[]);
        let event = EventRecord {
            payload: std::ptr::null(),
            extended: std::ptr::null(),
            ..event
        };
        // SAFETY: there is nothing behind the pointers.
        let (_, record) = unsafe { delivered(&event) };
        assert_eq!(
            record.source,
            Source::Class {
                guid: PROVIDER,
                kind: 3
            }
        );
        assert_eq!(record.pointer_size, PointerSize::Four);
        assert!(record.payload.is_empty());
    }
}
