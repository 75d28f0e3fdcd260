//! The head of a buffer: WMI_BUFFER_HEADER (Geoff Chappell, "WMI_BUFFER_HEADER", 6.0 and later).

use crate::bytes::Bytes;

/// Bytes of the head.
pub(crate) const HEADER_BYTES: usize = 72;

/// Largest buffer that is read; sessions cannot have larger ones than 16 MiB.
pub const MAX_BUFFER: usize = 16 * 1024 * 1024;

/// ETW_BUFFER_FLAG_COMPRESSED of ntwmi.h: what follows the head is plain LZ77 of [MS-XCA].
const COMPRESSED: u16 = 0x40;

/// How many bytes one compressed byte may stand for; more is made up to keep readers busy.
const MOST_EXPANSION: usize = 128;

/// What the head of a buffer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BufferHeader {
    /// Bytes in the file, the head included.
    pub(crate) size: usize,
    /// Bytes in use, the head included; for a compressed buffer once it is unpacked.
    pub(crate) used: usize,
    /// In which order the session's buffers were begun.
    pub(crate) sequence: i64,
    pub(crate) processor: u16,
    pub(crate) is_compressed: bool,
}

/// Why there is no usable head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BufferFault {
    /// Nothing but zeros: reserved and never written.
    Unused,
    /// Its numbers contradict each other.
    Damaged,
}

impl BufferHeader {
    /// Reads the head of [`HEADER_BYTES`].
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, BufferFault> {
        if bytes.iter().all(|byte| *byte == 0) {
            return Err(BufferFault::Unused);
        }
        Self::read(bytes).ok_or(BufferFault::Damaged)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let size = Bytes::at(bytes, 0).u32()? as usize;
        let saved = Bytes::at(bytes, 4).u32()? as usize;
        let sequence = Bytes::at(bytes, 24).i64()?;
        let processor = Bytes::at(bytes, 40).u16()?;
        let offset = Bytes::at(bytes, 48).u32()? as usize;
        let is_compressed = Bytes::at(bytes, 52).u16()? & COMPRESSED != 0;
        if !(HEADER_BYTES..=MAX_BUFFER).contains(&size) {
            return None;
        }
        let most = match is_compressed {
            true => MAX_BUFFER.min(size * MOST_EXPANSION),
            false => size,
        };
        let fits = |used: &usize| (HEADER_BYTES..=most).contains(used);
        let used = Some(offset).filter(fits).or(Some(saved).filter(fits))?;
        Some(Self {
            size,
            used,
            sequence,
            processor,
            is_compressed,
        })
    }
}
