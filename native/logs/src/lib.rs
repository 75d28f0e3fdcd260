//! Records of Windows event logs (EVTX) as texts.
//!
//! A log is a header of [`FILE_HEADER_SIZE`] bytes and chunks of [`CHUNK_SIZE`], each of which can be
//! read by itself: [`read_chunks`] takes the bytes of some, so whoever has the file reads it as a
//! stream, and damage in one chunk leaves the others alone. What it gives is a [`Batch`].

mod batch;
mod record;

pub use batch::Batch;

use batch::Draft;
use evtx::err::EvtxError;
use evtx::{ChunkFlags, EvtxChunk, EvtxChunkHeader, ParserSettings, checksum_ieee};
use std::borrow::Cow;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Bytes before the first chunk.
pub const FILE_HEADER_SIZE: usize = 4096;

/// Bytes of a chunk.
pub const CHUNK_SIZE: usize = 65536;

/// Bytes of a chunk before its first record.
const HEADER_SIZE: usize = 512;

/// Most bytes of a chunk's part of a [`Batch`]; templates let 64 KiB stand for far more than real
/// logs hold.
pub const MAX_OUTPUT: usize = 8 * 1024 * 1024;

/// Reads chunks until `room` bytes are full; gives how many bytes of `chunks` were read.
///
/// At least one chunk is read when `room` is [`MAX_OUTPUT`] or more. Never panics, whatever the bytes
/// are.
pub fn read_chunks(chunks: &[u8], room: usize, batch: &mut Batch) -> usize {
    let mut taken = 0;
    for chunk in chunks.chunks(CHUNK_SIZE) {
        let before = batch.mark();
        batch.begin_chunk();
        let start = batch.mark();
        let read = catch_unwind(AssertUnwindSafe(|| read_chunk(chunk, batch)));
        if read.is_err() {
            batch.return_to(start);
            batch.problem(None, "it cannot be read");
        }
        if batch.size() > room {
            batch.return_to(before);
            break;
        }
        taken += chunk.len();
    }
    taken
}

fn read_chunk(bytes: &[u8], batch: &mut Batch) {
    if bytes.iter().all(|byte| *byte == 0) {
        return;
    }
    let limit = batch.size() + MAX_OUTPUT - batch::RESERVED;
    let data = whole(bytes);
    let header = match EvtxChunkHeader::from_bytes(&data) {
        Ok(header) => header,
        Err(reason) => return batch.problem(None, &chain(&reason)),
    };
    let first = Some(header.first_event_record_id);
    if bytes.len() < CHUNK_SIZE {
        batch.problem(first, "the file ends in the middle of a chunk");
    } else if !is_intact(&data, &header) {
        let message = "the checksum of the chunk that starts here does not match: it was written \
                       to while it was copied, or it is damaged";
        batch.problem(first, message);
    }
    let settings = Arc::new(ParserSettings::default().indent(false));
    let mut chunk = match EvtxChunk::new(&data, &header, settings) {
        Ok(chunk) => chunk,
        Err(reason) => return batch.problem(first, &chain(&reason)),
    };
    let mut scratch = Draft::default();
    for record in chunk.iter() {
        let before = batch.mark();
        match record {
            Ok(record) => {
                let number = record.event_record_id;
                match record.into_json_bytes() {
                    Ok(record) => {
                        if let Err(reason) = record::add(number, &record.data, &mut scratch, batch)
                        {
                            batch.return_to(before);
                            batch.problem(Some(number), &chain(&reason));
                        }
                    }
                    Err(reason) => batch.problem(Some(number), &chain(&reason)),
                }
            }
            Err(reason) => batch.problem(number_of(&reason), &chain(&reason)),
        }
        if batch.size() > limit {
            batch.return_to(before);
            let message = "the rest of the chunk is left out: its records are too large";
            return batch.problem(first, message);
        }
    }
}

fn number_of(reason: &EvtxError) -> Option<u64> {
    match reason {
        EvtxError::FailedToParseRecord { record_id, .. } => Some(*record_id),
        _ => None,
    }
}

/// What is wrong, and why.
fn chain(reason: &dyn Error) -> String {
    let mut message = reason.to_string();
    let mut cause = reason.source();
    while let Some(error) = cause {
        message.push_str(": ");
        message.push_str(&error.to_string());
        cause = error.source();
    }
    message
}

/// A chunk of full size; zeros stand for what a cut file lacks.
fn whole(bytes: &[u8]) -> Cow<'_, [u8]> {
    if bytes.len() >= CHUNK_SIZE {
        return Cow::Borrowed(&bytes[..CHUNK_SIZE]);
    }
    let mut whole = bytes.to_vec();
    whole.resize(CHUNK_SIZE, 0);
    Cow::Owned(whole)
}

/// Whether the checksums of the chunk's header and records are those that the header has.
fn is_intact(data: &[u8], header: &EvtxChunkHeader) -> bool {
    if header.flags.contains(ChunkFlags::NO_CRC32) {
        return true;
    }
    let head = [&data[..120], &data[128..HEADER_SIZE]].concat();
    data.get(HEADER_SIZE..header.free_space_offset as usize)
        .is_some_and(|records| checksum_ieee(records) == header.events_checksum)
        && checksum_ieee(&head) == header.header_chunk_checksum
}

#[cfg(test)]
mod tests;
