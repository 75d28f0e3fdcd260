//! How the fields of each event lie in a record's payload: tables, and the one reader of them.
//!
//! A table's row names the event in our own words, so that the same thing told by the kernel logger
//! and by a provider has one name and the same names of fields. Windows only ever appends fields to a
//! layout it keeps; so a version that is newer than all known ones is read as the newest, and a payload
//! that ends early has fewer fields.

mod kernel;
pub(crate) mod provider;
pub mod tracelogging;

use crate::bytes::{Bytes, Guid, PointerSize};
use crate::etl::{Record, Source};
use crate::values::{ipv6, milliseconds, sid};
use std::ops::RangeInclusive;

/// How one field lies in a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Unsigned numbers.
    U8,
    /// Two bytes.
    U16,
    /// Four bytes.
    U32,
    /// Eight bytes; given as text, as JSON's numbers do not hold all of it.
    U64,
    /// Four bytes with a sign.
    I32,
    /// Four bytes, given as `0x…`.
    Hex32,
    /// As wide as pointers are, given as `0x…`.
    Pointer,
    /// Number of a process or thread, as wide as pointers are.
    PointerId,
    /// UTF-16 up to a zero.
    Wide,
    /// UTF-16 in so many units, up to a zero.
    WideOf(usize),
    /// Single bytes up to a zero.
    Narrow,
    /// A SID.
    Sid,
    /// TOKEN_USER, then a SID; four zero bytes where there is none (MOF's extension "Sid").
    TokenSid,
    /// FILETIME, given as milliseconds since 1970.
    Time,
    /// IPv4 address.
    Ip4,
    /// IPv6 address.
    Ip6,
    /// Port, in the network's byte order.
    Port,
    /// GUID.
    Guid,
    /// Two bytes with a length, then so many bytes, given as hexadecimal, at most 1 KiB of them.
    Counted,
}

/// One field; with an empty name it is passed over.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Name in our words.
    pub name: &'static str,
    /// How it lies there.
    pub kind: Type,
}

const fn field(name: &'static str, kind: Type) -> Field {
    Field { name, kind }
}

const fn skip(kind: Type) -> Field {
    Field { name: "", kind }
}

/// One row: which records are meant, and what they say.
#[derive(Debug)]
pub struct Layout {
    /// Event types of a class, or ids of a provider's events.
    pub ids: &'static [(u16, &'static str)],
    /// Versions that lie like this.
    pub versions: RangeInclusive<u8>,
    /// The payload, in order.
    pub fields: &'static [Field],
}

/// All events of a class or a provider.
#[derive(Debug)]
pub struct Family {
    /// The class's or provider's name.
    pub name: &'static str,
    /// Its GUID.
    pub guid: Guid,
    /// Where the layouts are from.
    pub source: &'static str,
    /// Its rows; of rows with the same id the newest version comes last.
    pub layouts: &'static [Layout],
}

/// A record's event, as far as a table knows it.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// What happened, in our words.
    pub event: &'static str,
    /// How the payload lies.
    pub fields: &'static [Field],
}

/// Who wrote a record, by name, and its number there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Name of the class or provider; its GUID where it has no name here.
    pub name: String,
    /// Event type or id.
    pub id: u16,
}

/// The table's row for a version of what a source writes.
#[must_use]
pub fn find(source: &Source, version: u8) -> Option<Known> {
    let (family, id) = family(source)?;
    let mut newest = None;
    for layout in family.layouts {
        let Some((_, event)) = layout.ids.iter().find(|(known, _)| *known == id) else {
            continue;
        };
        newest = Some(Known {
            event,
            fields: layout.fields,
        });
        if version <= *layout.versions.end() {
            break;
        }
    }
    newest
}

/// Who wrote a record.
#[must_use]
pub fn origin(source: &Source) -> Origin {
    if let Some((family, id)) = family(source) {
        return Origin {
            name: family.name.into(),
            id,
        };
    }
    match source {
        Source::Kernel { hook } => Origin {
            name: format!("Kernel-{:#04x}", hook >> 8),
            id: hook & 0xff,
        },
        Source::Class { guid, kind } => Origin {
            name: guid.to_string(),
            id: u16::from(*kind),
        },
        Source::Provider { guid, id } => Origin {
            name: guid.to_string(),
            id: *id,
        },
        Source::Message { guid, number } => Origin {
            name: format!("Message {guid}"),
            id: *number,
        },
        Source::Unknown => Origin {
            name: "Unknown".into(),
            id: 0,
        },
    }
}

fn family(source: &Source) -> Option<(&'static Family, u16)> {
    match source {
        Source::Kernel { hook } => {
            let group = hook >> 8;
            let family = kernel::GROUPS
                .iter()
                .find(|(known, _)| u16::from(*known) == group)?
                .1;
            // Loads of images come in the group of processes, as type 10, for history's sake.
            const PROCESS_LOAD: u16 = 0x030a;
            let family = if *hook == PROCESS_LOAD {
                &kernel::IMAGE
            } else {
                family
            };
            Some((family, hook & 0xff))
        }
        Source::Class { guid, kind } => {
            let known = kernel::GROUPS
                .iter()
                .find(|(_, family)| family.guid == *guid)?;
            Some((known.1, u16::from(*kind)))
        }
        Source::Provider { guid, id } => {
            let known = provider::PROVIDERS
                .iter()
                .find(|family| family.guid == *guid)?;
            Some((known, *id))
        }
        Source::Message { .. } | Source::Unknown => None,
    }
}

/// A field's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number that JSON holds exactly.
    Number(i64),
    /// Milliseconds since 1970, with a fraction.
    Milliseconds(String),
    /// A text.
    Text(String),
}

/// Calls `take` with each field that has a name and a value, until the payload ends.
pub fn read(known: &Known, record: &Record, mut take: impl FnMut(&'static str, Value)) {
    let mut bytes = Bytes::new(record.payload);
    for Field { name, kind } in known.fields {
        if bytes.rest().is_empty() {
            return;
        }
        let read = match name.is_empty() {
            true => pass(*kind, &mut bytes, record.pointer_size).map(|()| None),
            false => value(*kind, &mut bytes, record.pointer_size),
        };
        let Some(value) = read else {
            return;
        };
        if let Some(value) = value {
            take(name, value);
        }
    }
}

/// The one field of this name as [`read`] gives it; what lies before it is made no values.
pub(crate) fn text(known: &Known, record: &Record, name: &str) -> Option<String> {
    let (kind, mut bytes) = place_of(known, record, name)?;
    match value(kind, &mut bytes, record.pointer_size)?? {
        Value::Text(text) => Some(text),
        Value::Number(_) | Value::Milliseconds(_) => None,
    }
}

/// The same of a field that is a pointer, as a number.
pub(crate) fn pointer(known: &Known, record: &Record, name: &str) -> Option<u64> {
    match place_of(known, record, name)? {
        (Type::Pointer, mut bytes) => bytes.pointer(record.pointer_size),
        _ => None,
    }
}

fn place_of<'a>(known: &Known, record: &Record<'a>, wanted: &str) -> Option<(Type, Bytes<'a>)> {
    let mut bytes = Bytes::new(record.payload);
    for Field { name, kind } in known.fields {
        if bytes.rest().is_empty() {
            return None;
        }
        if *name == wanted {
            return Some((*kind, bytes));
        }
        pass(*kind, &mut bytes, record.pointer_size)?;
    }
    None
}

/// Moves behind a field; `None` where the payload ends.
fn pass(kind: Type, bytes: &mut Bytes, pointer_size: PointerSize) -> Option<()> {
    let length = match kind {
        Type::U8 => 1,
        Type::U16 | Type::Port => 2,
        Type::U32 | Type::I32 | Type::Hex32 | Type::Ip4 => 4,
        Type::U64 | Type::Time => 8,
        Type::Ip6 | Type::Guid => 16,
        Type::Pointer | Type::PointerId => pointer_size.bytes(),
        Type::WideOf(units) => 2 * units,
        Type::Counted => bytes.u16()?.into(),
        Type::Wide | Type::Narrow | Type::Sid | Type::TokenSid => {
            return value(kind, bytes, pointer_size).map(drop);
        }
    };
    bytes.take(length).map(drop)
}

/// Outer `None` where the payload ends, inner one for a field without a value.
fn value(kind: Type, bytes: &mut Bytes, pointer_size: PointerSize) -> Option<Option<Value>> {
    let text = |text: String| Some(Value::Text(text));
    Some(match kind {
        Type::U8 => Some(Value::Number(bytes.u8()?.into())),
        Type::U16 => Some(Value::Number(bytes.u16()?.into())),
        Type::U32 => Some(Value::Number(bytes.u32()?.into())),
        Type::I32 => Some(Value::Number((bytes.u32()? as i32).into())),
        Type::U64 => text(bytes.u64()?.to_string()),
        Type::Hex32 => text(format!("{:#x}", bytes.u32()?)),
        Type::Pointer => text(format!("{:#x}", bytes.pointer(pointer_size)?)),
        Type::PointerId => Some(Value::Number((bytes.pointer(pointer_size)? as u32).into())),
        Type::Wide => text(bytes.wide_text()),
        Type::WideOf(units) => text(Bytes::new(bytes.take(2 * units)?).wide_text()),
        Type::Narrow => text(bytes.narrow_text()),
        Type::Sid => text(sid(bytes)?),
        Type::TokenSid => token_sid(bytes, pointer_size)?.map(Value::Text),
        Type::Time => milliseconds(bytes.i64()?).map(Value::Milliseconds),
        Type::Ip4 => {
            let [a, b, c, d] = *bytes.take(4)?.first_chunk()?;
            text(format!("{a}.{b}.{c}.{d}"))
        }
        Type::Ip6 => text(ipv6(bytes.take(16)?)),
        Type::Port => Some(Value::Number(bytes.u16()?.swap_bytes().into())),
        Type::Guid => text(bytes.guid()?.to_string()),
        Type::Counted => {
            const MOST: usize = 1024;
            let length = usize::from(bytes.u16()?);
            let taken = bytes.take(length)?;
            let digits = taken.iter().take(MOST).map(|byte| format!("{byte:02x}"));
            text(digits.collect())
        }
    })
}

fn token_sid(bytes: &mut Bytes, pointer_size: PointerSize) -> Option<Option<String>> {
    let mut ahead = *bytes;
    if ahead.u32()? == 0 {
        *bytes = ahead;
        return Some(None);
    }
    bytes.take(2 * pointer_size.bytes())?;
    sid(bytes).map(Some)
}

#[cfg(test)]
mod tests;
