//! The layout of the single file, read and written in one place.
//!
//! ```text
//! launcher executable
//! chunks        one zstd frame each
//! index         one 64-byte entry a chunk, in the order of the parts
//! footer        64 bytes at the very end of the file
//! ```
//!
//! All numbers are little-endian. Entry: part u32, zero u32, file offset u64, packed length u64,
//! plain length u64, SHA-256 of the packed bytes. Footer: magic, version u32, number of entries u32,
//! offset of the index u64, length of the whole file u64, SHA-256 of the index.

use crate::Error;
use sha2::{Digest, Sha256};

const MAGIC: [u8; 8] = *b"monomi\x00\x1a";
const VERSION: u32 = 2;
const MAX_ENTRIES: u32 = 4096;
const MAX_PLAIN_BYTES: u64 = 1 << 30;

/// Length of the footer and of one index entry, in bytes.
pub const RECORD_BYTES: usize = 64;

/// What a chunk belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The JavaScript runtime, an executable.
    Runtime,
    /// The bundled program.
    Script,
    /// The native library that the program opens.
    Library,
    /// The library that names the process before the runtime starts.
    Preload,
}

impl Part {
    /// Every part, in the order in which they stand in the file.
    pub const ALL: [Part; 4] = [Part::Runtime, Part::Script, Part::Library, Part::Preload];

    /// Those without which nothing runs on this system.
    #[cfg(not(windows))]
    pub const NEEDED: &[Part] = &Self::ALL;
    /// Those without which nothing runs on this system; on Windows nothing is preloaded.
    #[cfg(windows)]
    pub const NEEDED: &[Part] = &[Part::Runtime, Part::Script, Part::Library];

    /// Name for messages.
    pub fn name(self) -> &'static str {
        match self {
            Part::Runtime => "runtime",
            Part::Script => "script",
            Part::Library => "library",
            Part::Preload => "preload",
        }
    }

    fn from_number(number: u32) -> Option<Self> {
        Self::ALL.get(number as usize).copied()
    }
}

/// One independently compressed piece of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The part this is a piece of; pieces of a part follow each other.
    pub part: Part,
    /// Where the zstd frame starts in the file.
    pub offset: u64,
    /// Length of the zstd frame.
    pub packed_bytes: u64,
    /// Length of the piece.
    pub plain_bytes: u64,
    /// SHA-256 of the zstd frame.
    pub sha256: [u8; 32],
}

/// SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Index and footer for `chunks`, whose last frame ends at `index_offset`.
pub fn encode_trailer(chunks: &[Chunk], index_offset: u64) -> Vec<u8> {
    let mut trailer = Vec::with_capacity((chunks.len() + 1) * RECORD_BYTES);
    for chunk in chunks {
        trailer.extend_from_slice(&(chunk.part as u32).to_le_bytes());
        trailer.extend_from_slice(&0u32.to_le_bytes());
        trailer.extend_from_slice(&chunk.offset.to_le_bytes());
        trailer.extend_from_slice(&chunk.packed_bytes.to_le_bytes());
        trailer.extend_from_slice(&chunk.plain_bytes.to_le_bytes());
        trailer.extend_from_slice(&chunk.sha256);
    }
    let index_digest = sha256(&trailer);
    let file_bytes = index_offset + (trailer.len() + RECORD_BYTES) as u64;
    trailer.extend_from_slice(&MAGIC);
    trailer.extend_from_slice(&VERSION.to_le_bytes());
    trailer.extend_from_slice(&(chunks.len() as u32).to_le_bytes());
    trailer.extend_from_slice(&index_offset.to_le_bytes());
    trailer.extend_from_slice(&file_bytes.to_le_bytes());
    trailer.extend_from_slice(&index_digest);
    trailer
}

/// Where the index is and how it must look, as the footer says.
#[derive(Debug, PartialEq, Eq)]
pub struct Footer {
    /// Offset of the index in the file.
    pub index_offset: u64,
    /// Length of the index.
    pub index_bytes: usize,
    index_sha256: [u8; 32],
}

/// Reads the footer of a file of `file_bytes` bytes.
///
/// # Errors
/// [`Error::Damaged`] when the magic, the version or a length does not fit.
pub fn decode_footer(footer: &[u8; RECORD_BYTES], file_bytes: u64) -> Result<Footer, Error> {
    if footer[..8] != MAGIC {
        return Err(Error::Damaged(
            "it carries no program behind the launcher (cut short or stripped)".into(),
        ));
    }
    let version = u32_at(footer, 8);
    if version != VERSION {
        return Err(Error::Damaged(format!(
            "its layout has version {version}, not {VERSION}"
        )));
    }
    let entries = u32_at(footer, 12);
    let index_offset = u64_at(footer, 16);
    let index_bytes = u64::from(entries) * RECORD_BYTES as u64;
    let expected_bytes = u64_at(footer, 24);
    let end = index_offset.checked_add(index_bytes + RECORD_BYTES as u64);
    if expected_bytes != file_bytes || end != Some(file_bytes) || entries > MAX_ENTRIES {
        return Err(Error::Damaged(format!(
            "its footer describes {expected_bytes} bytes, the file has {file_bytes}"
        )));
    }
    Ok(Footer {
        index_offset,
        index_bytes: index_bytes as usize,
        index_sha256: digest_at(footer),
    })
}

/// Reads the index that `footer` describes.
///
/// # Errors
/// [`Error::Damaged`] when the digest differs, an entry lies outside of the file, or a part is
/// missing.
pub fn decode_index(index: &[u8], footer: &Footer) -> Result<Vec<Chunk>, Error> {
    if sha256(index) != footer.index_sha256 {
        return Err(Error::Damaged(
            "its index does not match its SHA-256".into(),
        ));
    }
    let mut chunks = Vec::with_capacity(index.len() / RECORD_BYTES);
    let mut plain_total = 0u64;
    for entry in index.chunks_exact(RECORD_BYTES) {
        let number = u32_at(entry, 0);
        let chunk = Chunk {
            part: Part::from_number(number)
                .ok_or_else(|| Error::Damaged(format!("its index names unknown part {number}")))?,
            offset: u64_at(entry, 8),
            packed_bytes: u64_at(entry, 16),
            plain_bytes: u64_at(entry, 24),
            sha256: digest_at(entry),
        };
        plain_total = plain_total.saturating_add(chunk.plain_bytes);
        let end = chunk.offset.checked_add(chunk.packed_bytes);
        if end.is_none_or(|end| end > footer.index_offset) || plain_total > MAX_PLAIN_BYTES {
            return Err(Error::Damaged(format!(
                "a piece of its {} lies outside of the file",
                chunk.part.name()
            )));
        }
        chunks.push(chunk);
    }
    for &part in Part::NEEDED {
        if !chunks.iter().any(|chunk| chunk.part == part) {
            return Err(Error::Damaged(format!("its {} is missing", part.name())));
        }
    }
    Ok(chunks)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

fn digest_at(record: &[u8]) -> [u8; 32] {
    record[32..RECORD_BYTES].try_into().expect("32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_chunk_a_part() -> Vec<Chunk> {
        Part::ALL
            .iter()
            .enumerate()
            .map(|(at, &part)| Chunk {
                part,
                offset: 100 + 10 * at as u64,
                packed_bytes: 10,
                plain_bytes: 1000 + at as u64,
                sha256: [at as u8; 32],
            })
            .collect()
    }

    fn split(trailer: &[u8]) -> (&[u8], &[u8; RECORD_BYTES]) {
        trailer.split_last_chunk().expect("a footer")
    }

    #[test]
    fn trailer_round_trips() {
        let chunks = one_chunk_a_part();
        let trailer = encode_trailer(&chunks, 140);
        let (index, footer) = split(&trailer);
        let footer = decode_footer(footer, 140 + trailer.len() as u64).expect("a good footer");
        assert_eq!(footer.index_offset, 140);
        assert_eq!(decode_index(index, &footer).expect("a good index"), chunks);
    }

    #[test]
    fn a_file_cut_short_or_extended_is_refused() {
        let trailer = encode_trailer(&one_chunk_a_part(), 140);
        let (_, footer) = split(&trailer);
        let file_bytes = 140 + trailer.len() as u64;
        assert!(decode_footer(footer, file_bytes - 1).is_err());
        assert!(decode_footer(footer, file_bytes + 1).is_err());
        assert!(decode_footer(&[0; RECORD_BYTES], file_bytes).is_err());
    }

    #[test]
    fn every_altered_bit_of_the_trailer_is_noticed() {
        let good = encode_trailer(&one_chunk_a_part(), 140);
        let file_bytes = 140 + good.len() as u64;
        for bit in 0..good.len() * 8 {
            let mut trailer = good.clone();
            trailer[bit / 8] ^= 1 << (bit % 8);
            let (index, footer) = split(&trailer);
            let outcome =
                decode_footer(footer, file_bytes).and_then(|footer| decode_index(index, &footer));
            assert!(
                matches!(outcome, Err(Error::Damaged(_))),
                "bit {bit} went unnoticed"
            );
        }
    }

    #[test]
    fn a_missing_part_and_a_piece_behind_the_index_are_refused() {
        let refusal = |chunks: &[Chunk]| {
            let trailer = encode_trailer(chunks, 140);
            let (index, footer) = split(&trailer);
            let footer = decode_footer(footer, 140 + trailer.len() as u64).expect("a good footer");
            decode_index(index, &footer)
                .expect_err("a bad index")
                .to_string()
        };
        assert!(refusal(&one_chunk_a_part()[..2]).contains("library is missing"));
        let mut outside = one_chunk_a_part();
        outside[1].packed_bytes = u64::MAX;
        assert!(refusal(&outside).contains("script lies outside"));
    }
}
