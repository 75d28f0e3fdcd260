//! Little-endian numbers and texts out of bytes that may end anywhere.

/// A place in bytes; every read moves it on, and gives nothing where the bytes end.
#[derive(Clone, Copy)]
pub(crate) struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// From `offset` on; empty when that is behind the end.
    pub(crate) fn at(bytes: &'a [u8], offset: usize) -> Self {
        Self::new(bytes.get(offset..).unwrap_or_default())
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*taken)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    /// A number of 4 or 8 bytes.
    pub(crate) fn pointer(&mut self, size: PointerSize) -> Option<u64> {
        match size {
            PointerSize::Four => self.u32().map(u64::from),
            PointerSize::Eight => self.u64(),
        }
    }

    pub(crate) fn guid(&mut self) -> Option<Guid> {
        self.array().map(Guid)
    }

    /// UTF-16 up to a zero or the end.
    pub(crate) fn wide_text(&mut self) -> String {
        let mut units = self
            .rest
            .chunks_exact(2)
            .map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
        let length = units
            .clone()
            .position(|unit| unit == 0)
            .unwrap_or(units.len());
        let text = char::decode_utf16(units.by_ref().take(length))
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        self.rest = self.rest.get(2 * length + 2..).unwrap_or_default();
        text
    }

    /// Single bytes up to a zero or the end.
    pub(crate) fn narrow_text(&mut self) -> String {
        let length = self
            .rest
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(self.rest.len());
        let text = String::from_utf8_lossy(&self.rest[..length]).into_owned();
        self.rest = self.rest.get(length + 1..).unwrap_or_default();
        text
    }
}

/// How wide pointers are where a record was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointerSize {
    /// 32-bit Windows.
    Four,
    /// 64-bit Windows.
    Eight,
}

impl PointerSize {
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::Four => 4,
            Self::Eight => 8,
        }
    }
}

/// A GUID as it lies in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guid(pub [u8; 16]);

impl Guid {
    /// From its five groups, the last two joined.
    #[must_use]
    pub const fn of(first: u32, second: u16, third: u16, rest: [u8; 8]) -> Self {
        let [a, b, c, d] = first.to_le_bytes();
        let [e, f] = second.to_le_bytes();
        let [g, h] = third.to_le_bytes();
        let [i, j, k, l, m, n, o, p] = rest;
        Self([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
    }
}

impl std::fmt::Display for Guid {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [a, b, c, d, e, f, g, h, rest @ ..] = self.0;
        let first = u32::from_le_bytes([a, b, c, d]);
        let second = u16::from_le_bytes([e, f]);
        let third = u16::from_le_bytes([g, h]);
        write!(
            out,
            "{{{first:08X}-{second:04X}-{third:04X}-{:02X}{:02X}-",
            rest[0], rest[1]
        )?;
        for byte in &rest[2..] {
            write!(out, "{byte:02X}")?;
        }
        out.write_str("}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_behind_the_end_gives_nothing() {
        let mut bytes = Bytes::new(&[1, 2, 3]);
        assert_eq!(bytes.u32(), None);
        assert_eq!(bytes.u16(), Some(0x0201));
        assert_eq!(bytes.u16(), None);
        assert_eq!(bytes.u8(), Some(3));
        assert!(Bytes::at(&[1], 2).rest().is_empty());
    }

    #[test]
    fn texts_end_at_a_zero_or_with_the_bytes() {
        let mut bytes = Bytes::new(b"a\0b\0\0\0c\0");
        assert_eq!(bytes.wide_text(), "ab");
        assert_eq!(bytes.wide_text(), "c");
        assert_eq!(bytes.wide_text(), "");
        let mut bytes = Bytes::new(b"ab\0c");
        assert_eq!(bytes.narrow_text(), "ab");
        assert_eq!(bytes.narrow_text(), "c");
        assert_eq!(Bytes::new(&[0x00, 0xd8, b'x']).wide_text(), "\u{fffd}");
    }

    #[test]
    fn guids_are_written_as_windows_does() {
        let guid = Guid::of(
            0x22fb_2cd6,
            0x0e7b,
            0x422b,
            [0xa0, 0xc7, 0x2f, 0xad, 0x1f, 0xd0, 0xe7, 0x16],
        );
        assert_eq!(guid.to_string(), "{22FB2CD6-0E7B-422B-A0C7-2FAD1FD0E716}");
    }
}
