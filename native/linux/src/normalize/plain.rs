//! Record structures from bytes and to bytes.

use monomi_record::{Exec, File, Header, Network, flag, padded};

const HEADER: usize = size_of::<Header>();

/// Delivers a record that has no text.
pub(super) fn copy(raw: &[u8], size: usize, out: &mut [u8]) -> Option<usize> {
    let mut header: Header = read(raw)?;
    let rest = raw.get(HEADER..size)?;
    finish(&mut header, size, &[]);
    write(&header, &[], &[], out);
    out[HEADER..size].copy_from_slice(rest);
    Some(padded(size))
}

/// The next piece of a record.
pub(super) fn take<'a>(rest: &mut &'a [u8], length: u32) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length as usize)?;
    *rest = left;
    Some(taken)
}

/// Bit 0: not ASCII. Bit 1: needs escaping somewhere.
const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            0x80.. => 3,
            0..=0x1f | 0x7f | b'"' | b'\\' | b'&' | b'<' | b'>' => 2,
            _ => 0,
        };
        byte += 1;
    }
    /* Arguments are separated by NULs, which are decoded, not printed. */
    class[0] = 0;
    class
};

/// Sets what depends on the text: its class, and the length of the whole record, whose part in
/// front of the text has `fixed` bytes.
pub(super) fn finish(header: &mut Header, fixed: usize, text: &[u8]) {
    let class = text
        .iter()
        .fold(0, |seen, &byte| seen | CLASS[byte as usize]);
    header.flags &= !(flag::PLAIN | flag::ASCII | flag::RELATIVE);
    if class & 1 == 0 {
        header.flags |= flag::ASCII;
    }
    if class == 0 {
        header.flags |= flag::PLAIN;
    }
    header.length = padded(fixed + text.len()) as u32;
}

/// Record structures are plain old data without padding (all sizes are asserted in the snapshot).
pub(crate) trait Plain: Copy {}
impl Plain for monomi_record::Access {}
impl Plain for monomi_record::Container {}
impl Plain for monomi_record::Dns {}
impl Plain for monomi_record::Done {}
impl Plain for monomi_record::Denial {}
impl Plain for Header {}
impl Plain for monomi_record::Interference {}
impl Plain for Exec {}
impl Plain for File {}
impl Plain for Network {}

/// Reads a structure from the start of `raw`.
pub(crate) fn read<T: Plain>(raw: &[u8]) -> Option<T> {
    if raw.len() < size_of::<T>() {
        return None;
    }
    // SAFETY: the length is checked; T is plain old data, any bytes are a value of it.
    Some(unsafe { raw.as_ptr().cast::<T>().read_unaligned() })
}

/// Writes a record: structure, the kind's own part, text, padding.
pub(super) fn write<T: Plain>(fixed: &T, extra: &[u8], text: &[u8], out: &mut [u8]) -> usize {
    let size = size_of::<T>();
    let start = size + extra.len();
    let end = padded(start + text.len());
    // SAFETY: T is plain old data without padding; the slice lives as long as `fixed`.
    let bytes = unsafe { std::slice::from_raw_parts(std::ptr::from_ref(fixed).cast::<u8>(), size) };
    out[..size].copy_from_slice(bytes);
    out[size..start].copy_from_slice(extra);
    out[start..start + text.len()].copy_from_slice(text);
    out[start + text.len()..end].fill(0);
    end
}
