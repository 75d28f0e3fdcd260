//! Finds the version resource ("The .rsrc Section" of Microsoft's PE format).

use super::image::{PeImage, RESOURCE_DIRECTORY, ReadAt};
use crate::Reason;

const RT_VERSION: u32 = 16;
const SUBDIRECTORY: u32 = 1 << 31;
const DIRECTORY_SIZE: u64 = 16;
const ENTRY_SIZE: u64 = 8;
/// Real files have a handful of types, names and languages.
const MOST_ENTRIES: u64 = 4096;
/// Those of Microsoft's programs have less than 1 KiB.
const LONGEST: usize = 64 << 10;

/// Bytes of the first version resource, cut at 64 KiB.
pub(super) fn version_resource<R: ReadAt>(
    image: &mut PeImage<R>,
) -> Result<Option<Vec<u8>>, Reason> {
    let Some(directory) = image.directory(RESOURCE_DIRECTORY) else {
        return Ok(None);
    };
    let base = u64::from(directory.rva);
    // Types, names, languages; the first of the latter two will do.
    let mut at = base;
    for wanted in [Some(RT_VERSION), None, None] {
        let Some(offset) = entry(image, at, wanted)? else {
            return Ok(None);
        };
        at = base + u64::from(offset & !SUBDIRECTORY);
        if offset & SUBDIRECTORY == 0 {
            break;
        }
    }
    let Some(data) = image.array_at_rva::<8>(at)? else {
        return Ok(None);
    };
    let word = |at: usize| u32::from_le_bytes(std::array::from_fn(|byte| data[at + byte]));
    let size = (word(4) as usize).min(LONGEST);
    image.bytes_at_rva(word(0).into(), size).map(Some)
}

/// Where the entry with this id, or the first one, leads to.
fn entry<R: ReadAt>(
    image: &mut PeImage<R>,
    at: u64,
    wanted: Option<u32>,
) -> Result<Option<u32>, Reason> {
    let Some(head) = image.array_at_rva::<16>(at)? else {
        return Ok(None);
    };
    let count = |at: usize| u64::from(u16::from_le_bytes([head[at], head[at + 1]]));
    for number in 0..(count(12) + count(14)).min(MOST_ENTRIES) {
        let rva = at + DIRECTORY_SIZE + number * ENTRY_SIZE;
        let Some([a, b, c, d, e, f, g, h]) = image.array_at_rva(rva)? else {
            break;
        };
        let id = u32::from_le_bytes([a, b, c, d]);
        if wanted.is_none_or(|wanted| wanted == id) {
            return Ok(Some(u32::from_le_bytes([e, f, g, h])));
        }
    }
    Ok(None)
}
