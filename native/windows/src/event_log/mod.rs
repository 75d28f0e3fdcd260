//! Events written into Windows' own event log, as an event provider does it.
//!
//! What is written comes as a batch of lines (`src/sinks/eventlog`): each ends with [`LINE_END`], and its
//! parts are divided by [`BETWEEN`]: the event's number, version and level in decimal digits, then a
//! text for each field. Every field becomes one data item of the event, UTF-16 with a zero at its end.

#[cfg(test)]
mod tests;

use crate::etl::Guid;
use crate::live::{Code, structures::EventDescriptor};

/// Ends a line.
pub const LINE_END: u8 = 0x1e;
/// Divides the parts of a line.
pub const BETWEEN: char = '\x1f';

/// Codes of winerror.h that [`Written::code`] can have without Windows having said so.
pub mod code {
    use super::Code;
    /// ERROR_INVALID_DATA: a line that is none.
    pub const INVALID_DATA: Code = 13;
    /// ERROR_MORE_DATA: an event that is larger than Windows takes.
    pub const MORE_DATA: Code = 234;
    /// ERROR_EVT_CHANNEL_NOT_FOUND: nobody listens to the provider.
    pub const CHANNEL_NOT_FOUND: Code = 15007;
}

/// The manifest's first channel.
const CHANNEL: u8 = 16;
/// Of an event without keywords of its own that goes to the manifest's first channel.
const KEYWORD: u64 = 1 << 63;
/// What an event of ETW can have at most, its head included.
const LARGEST_EVENT_BYTES: usize = 64 << 10;
/// MAX_EVENT_DATA_DESCRIPTORS.
const MOST_FIELDS: usize = 128;

/// EVENT_DATA_DESCRIPTOR.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct DataDescriptor {
    /// Address of the data.
    pub address: u64,
    /// Its bytes.
    pub size: u32,
    /// Unused.
    pub reserved: u32,
}

const _: () = assert!(size_of::<DataDescriptor>() == 16);

/// What an event provider needs of Windows.
pub trait ProviderApi: Send {
    /// EventRegister.
    ///
    /// # Errors
    /// What Windows says.
    fn register(&self, provider: Guid) -> Result<u64, Code>;

    /// EventProviderEnabled, for errors: whether a channel or a trace session takes events.
    fn is_heard(&self, registration: u64) -> bool;

    /// EventWrite.
    ///
    /// # Errors
    /// What Windows says.
    fn write(
        &self,
        registration: u64,
        descriptor: &EventDescriptor,
        items: &[Item<'_>],
    ) -> Result<(), Code>;

    /// EventUnregister.
    fn unregister(&self, registration: u64);
}

/// A field: UTF-16 with a zero at its end.
pub type Item<'a> = &'a [u16];

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Lines from its beginning that Windows has.
    pub lines: u32,
    /// Why the next one was not written; 0 when there is none.
    pub code: Code,
}

/// A registered provider; dropping it ends the registration.
pub struct EventLog {
    api: Box<dyn ProviderApi>,
    registration: u64,
    units: Vec<u16>,
    ends: Vec<usize>,
}

impl EventLog {
    /// Registers a provider.
    ///
    /// # Errors
    /// What Windows says.
    pub fn open(api: Box<dyn ProviderApi>, provider: Guid) -> Result<Self, Code> {
        let registration = api.register(provider)?;
        Ok(Self {
            api,
            registration,
            units: Vec::new(),
            ends: Vec::new(),
        })
    }

    /// Writes lines until one is refused.
    pub fn write(&mut self, batch: &[u8]) -> Written {
        let mut lines = 0;
        // Windows takes an event that nobody listens to, and forgets it.
        if !batch.is_empty() && !self.api.is_heard(self.registration) {
            let code = code::CHANNEL_NOT_FOUND;
            return Written { lines, code };
        }
        for line in batch.split_inclusive(|byte| *byte == LINE_END) {
            if let Err(code) = self.write_line(line) {
                return Written { lines, code };
            }
            lines += 1;
        }
        Written { lines, code: 0 }
    }

    fn write_line(&mut self, line: &[u8]) -> Result<(), Code> {
        if line.len() > 3 * LARGEST_EVENT_BYTES {
            return Err(code::MORE_DATA);
        }
        let descriptor = self.read(line).ok_or(code::INVALID_DATA)?;
        if size_of_val(self.units.as_slice()) > LARGEST_EVENT_BYTES {
            return Err(code::MORE_DATA);
        }
        let mut items: [Item<'_>; MOST_FIELDS] = [&[]; MOST_FIELDS];
        let mut start = 0;
        for (item, end) in items.iter_mut().zip(&self.ends) {
            *item = &self.units[start..*end];
            start = *end;
        }
        let items = &items[..self.ends.len()];
        self.api.write(self.registration, &descriptor, items)
    }

    /// Takes a line apart; its texts go to `units`.
    fn read(&mut self, line: &[u8]) -> Option<EventDescriptor> {
        let line = str::from_utf8(line.strip_suffix(&[LINE_END])?).ok()?;
        let mut parts = line.split(BETWEEN);
        let id: u16 = parts.next()?.parse().ok()?;
        let descriptor = EventDescriptor {
            id,
            version: parts.next()?.parse().ok()?,
            channel: CHANNEL,
            level: parts.next()?.parse().ok()?,
            opcode: 0,
            task: id,
            keyword: KEYWORD,
        };
        self.units.clear();
        self.ends.clear();
        for field in parts {
            // A zero would end the field in front of the rest of its text, and of all other fields.
            if field.contains('\0') || self.ends.len() == MOST_FIELDS {
                return None;
            }
            self.units.extend(field.encode_utf16().chain([0]));
            self.ends.push(self.units.len());
        }
        Some(descriptor)
    }
}

impl Drop for EventLog {
    fn drop(&mut self) {
        self.api.unregister(self.registration);
    }
}
