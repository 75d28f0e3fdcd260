//! Traces made for tests.

use super::{Guid, PointerSize};

/// FILETIME at which the made traces start: 2020-02-28 08:30:27.7445790 UTC.
pub(crate) const START: i64 = 132_273_522_277_445_790;
/// Stamp of their clock at that moment.
pub(crate) const START_STAMP: i64 = 1000;
pub(crate) const BUFFER: usize = 2048;

/// One record with its head.
pub(crate) type RecordBytes = Vec<u8>;

fn padded(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

/// A record of the kernel logger: SYSTEM_TRACE_HEADER of the kind, `tid` and `pid` where it has them.
pub(crate) fn kernel(kind: u8, hook: u16, version: u16, stamp: i64, payload: &[u8]) -> RecordBytes {
    let mut bytes = version.to_le_bytes().to_vec();
    bytes.extend([kind, 0xc0, 0, 0]);
    bytes.extend(hook.to_le_bytes());
    if kind < 10 {
        bytes.extend(8_u32.to_le_bytes());
        bytes.extend(4_u32.to_le_bytes());
    }
    bytes.extend(stamp.to_le_bytes());
    if kind < 3 {
        bytes.extend([0; 8]);
    }
    bytes.extend(payload);
    let size = bytes.len() as u16;
    bytes[4..6].copy_from_slice(&size.to_le_bytes());
    padded(bytes)
}

/// A class's record: EVENT_TRACE_HEADER or, for an instance, EVENT_INSTANCE_GUID_HEADER.
pub(crate) fn class(
    is_instance: bool,
    guid: Guid,
    event_type: u8,
    version: u16,
    payload: &[u8],
) -> RecordBytes {
    let mut bytes = vec![0, 0, if is_instance { 21 } else { 20 }, 0xc0, event_type, 4];
    bytes.extend(version.to_le_bytes());
    bytes.extend(8_u32.to_le_bytes());
    bytes.extend(4_u32.to_le_bytes());
    bytes.extend(START_STAMP.to_le_bytes());
    bytes.extend(guid.0);
    bytes.extend([0; 8]);
    if is_instance {
        bytes.extend([0; 24]);
    }
    sized(bytes, payload)
}

/// A provider's record: EVENT_HEADER, and extended items of a type with their bytes.
pub(crate) fn event(
    guid: Guid,
    id: u16,
    version: u8,
    flags: u16,
    items: &[(u16, &[u8])],
    payload: &[u8],
) -> RecordBytes {
    let mut bytes = vec![0, 0, 19, 0xc0];
    bytes.extend((flags | u16::from(!items.is_empty())).to_le_bytes());
    bytes.extend([0; 2]);
    bytes.extend(8_u32.to_le_bytes());
    bytes.extend(4_u32.to_le_bytes());
    bytes.extend(START_STAMP.to_le_bytes());
    bytes.extend(guid.0);
    bytes.extend(id.to_le_bytes());
    bytes.extend([version, 0, 4, 0, 0, 0]);
    bytes.extend([0; 8 + 8 + 16]);
    for (i, (kind, item)) in items.iter().enumerate() {
        bytes.extend([0; 2]);
        bytes.extend(kind.to_le_bytes());
        bytes.extend(u16::from(i + 1 < items.len()).to_le_bytes());
        bytes.extend((item.len() as u16).to_le_bytes());
        bytes.extend(*item);
        bytes = padded(bytes);
    }
    sized(bytes, payload)
}

/// A trace message with GUID, time, thread and process.
pub(crate) fn message(guid: Guid, number: u16) -> RecordBytes {
    let mut bytes = vec![0, 0, 0, 0x90];
    bytes.extend(number.to_le_bytes());
    bytes.extend(0b10_1010_u16.to_le_bytes());
    bytes.extend(guid.0);
    bytes.extend(START_STAMP.to_le_bytes());
    bytes.extend([8, 0, 0, 0, 4, 0, 0, 0]);
    sized(bytes, b"argument")
}

fn sized(mut bytes: Vec<u8>, payload: &[u8]) -> Vec<u8> {
    bytes.extend(payload);
    let size = bytes.len() as u16;
    bytes[..2].copy_from_slice(&size.to_le_bytes());
    padded(bytes)
}

/// UTF-16 with a zero.
pub(crate) fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16()
        .chain([0])
        .flat_map(u16::to_le_bytes)
        .collect()
}

/// The head of a file: TRACE_LOGFILE_HEADER with a clock of 10 MHz.
pub(crate) fn head(pointers: PointerSize, clock: u32) -> RecordBytes {
    let mut bytes = (BUFFER as u32).to_le_bytes().to_vec();
    bytes.extend([0; 4]);
    bytes.extend(18362_u32.to_le_bytes());
    bytes.extend([0; 4 + 8 + 4 + 4 + 4 + 4 + 4]);
    bytes.extend((pointers.bytes() as u32).to_le_bytes());
    bytes.extend(7_u32.to_le_bytes());
    bytes.extend(2000_u32.to_le_bytes());
    bytes.extend(vec![0; 2 * pointers.bytes() + 176]);
    bytes.extend(START.to_le_bytes());
    bytes.extend(10_000_000_i64.to_le_bytes());
    bytes.extend(START.to_le_bytes());
    bytes.extend(clock.to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(wide("session"));
    bytes.extend(wide("C:\\trace.etl"));
    kernel(2, 0, 2, START_STAMP, &bytes)
}

/// A buffer with these records.
pub(crate) fn buffer(processor: u16, sequence: i64, records: &[RecordBytes]) -> Vec<u8> {
    let records = records.concat();
    let used = (72 + records.len()) as u32;
    let mut bytes = buffer_head(BUFFER as u32, used, processor, sequence, 0);
    bytes.extend(records);
    assert!(bytes.len() <= BUFFER, "too many records for a buffer");
    bytes.resize(BUFFER, 0xff);
    bytes
}

/// A compressed buffer whose records are stored as they are: LZ77 without a reference.
pub(crate) fn packed_buffer(processor: u16, sequence: i64, records: &[RecordBytes]) -> Vec<u8> {
    let records = records.concat();
    let mut packed = Vec::new();
    for literals in records.chunks(32) {
        packed.extend([0; 4]);
        packed.extend(literals);
    }
    let (size, used) = (72 + packed.len(), 72 + records.len());
    let mut bytes = buffer_head(size as u32, used as u32, processor, sequence, 0x40);
    bytes.extend(packed);
    bytes
}

fn buffer_head(size: u32, used: u32, processor: u16, sequence: i64, flags: u16) -> Vec<u8> {
    let mut bytes = size.to_le_bytes().to_vec();
    bytes.extend(used.to_le_bytes());
    bytes.extend(used.to_le_bytes());
    bytes.extend([0; 12]);
    bytes.extend(sequence.to_le_bytes());
    bytes.extend([0; 8]);
    bytes.extend(processor.to_le_bytes());
    bytes.extend([1, 0, 3, 0, 0, 0]);
    bytes.extend(used.to_le_bytes());
    bytes.extend(flags.to_le_bytes());
    bytes.extend([0; 2 + 16]);
    bytes
}

/// The end of a process, of version 4.
pub(crate) fn process_end(pid: u32, image: &str) -> Vec<u8> {
    let mut payload = 0xffff_ca86_u64.to_le_bytes().to_vec();
    for number in [pid, 4, 1, 0] {
        payload.extend(number.to_le_bytes());
    }
    payload.extend([0; 8 + 4]);
    payload.extend([1; 16]);
    payload.extend([1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]);
    payload.extend(image.as_bytes());
    payload.push(0);
    payload.extend(wide("x.exe -a"));
    payload
}
