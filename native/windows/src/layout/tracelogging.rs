//! Names that TraceLogging events carry with them (TraceLoggingProvider.h, "event metadata").

use crate::bytes::Bytes;

/// The event's name out of its schema: size, tags (each byte with its high bit set is followed by
/// another one), name, then fields.
#[must_use]
pub fn event_name(schema: &[u8]) -> Option<String> {
    let mut bytes = Bytes::new(schema);
    let _size = bytes.u16()?;
    while bytes.u8()? & 0x80 != 0 {}
    let name = bytes.narrow_text();
    (!name.is_empty()).then_some(name)
}
