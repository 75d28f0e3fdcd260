//! Records of Windows event logs (EVTX) as text.
//!
//! A log is a header of [`FILE_HEADER_SIZE`] bytes and chunks of [`CHUNK_SIZE`], each of which can be
//! read by itself: [`read_chunk`] takes one chunk's bytes, so whoever has the file reads it as a
//! stream, and damage in one chunk leaves the others alone.

mod record;

use evtx::{EvtxChunkData, ParserSettings};
use record::Line;
use std::sync::Arc;

/// Bytes before the first chunk.
pub const FILE_HEADER_SIZE: usize = 4096;

/// Bytes of a chunk.
pub const CHUNK_SIZE: usize = 65536;

/// Longest text of a chunk's records; templates let 64 KiB stand for far more than real logs hold.
pub const MAX_OUTPUT: usize = 8 * 1024 * 1024;

/// The records of one chunk as JSON lines, in the order of the log:
///
/// - `{"record":7,"provider":"…","id":1,"version":5,"time":"…","computer":"…","fields":{"Image":"…"}}`:
///   a record; field values are texts as Windows prints them, without the namespaces of its XML
/// - `{"record":7,"problem":"…"}`: a record that cannot be read; `record` is null where its number
///   is unknown
///
/// Empty for a chunk that was never used. Never panics, whatever the bytes are.
pub fn read_chunk(bytes: &[u8]) -> String {
    let mut out = String::new();
    if bytes.iter().all(|byte| *byte == 0) {
        return out;
    }
    let mut data = match EvtxChunkData::new(whole(bytes), false) {
        Ok(data) => data,
        Err(reason) => {
            Line::problem(None, &reason).write_to(&mut out);
            return out;
        }
    };
    let first = Some(data.header.first_event_record_id);
    if bytes.len() < CHUNK_SIZE {
        Line::message(first, "the file ends in the middle of a chunk").write_to(&mut out);
    } else if !data.validate_checksum() {
        let message = "the checksum of the chunk that starts here does not match: it was written \
                       to while it was copied, or it is damaged";
        Line::message(first, message).write_to(&mut out);
    }
    let settings = ParserSettings::default().indent(false);
    let mut chunk = match data.parse(Arc::new(settings)) {
        Ok(chunk) => chunk,
        Err(reason) => {
            Line::problem(first, &reason).write_to(&mut out);
            return out;
        }
    };
    for record in chunk.iter() {
        let line = match record {
            Ok(record) => {
                let number = record.event_record_id;
                match record.into_json_value() {
                    Ok(record) => Line::record(number, &record.data),
                    Err(reason) => Line::problem(Some(number), &reason),
                }
            }
            Err(reason) => Line::failed(&reason),
        };
        if out.len() + line.len() > MAX_OUTPUT {
            let message = "the rest of the chunk is left out: its records are too large";
            Line::message(first, message).write_to(&mut out);
            break;
        }
        line.write_to(&mut out);
    }
    out
}

/// A chunk of full size; zeros stand for what a cut file lacks.
fn whole(bytes: &[u8]) -> Vec<u8> {
    let mut whole = bytes[..bytes.len().min(CHUNK_SIZE)].to_vec();
    whole.resize(CHUNK_SIZE, 0);
    whole
}

#[cfg(test)]
mod tests;
