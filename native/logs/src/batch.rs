//! What is read of chunks, as numbers and one text.
//!
//! Whoever has neither structures nor pointers reads this fastest: a list of 32-bit numbers, and a
//! text that they point into, in UTF-16 code units.
//!
//! | numbers | |
//! |---|---|
//! | `0` | a chunk begins |
//! | `1`, known, low, high, start, end | a problem; the record's number if `known` is 1 |
//! | `2`, count, start, end… | names of fields; the first of a batch are number 0, the next 1, … |
//! | `3`, low, high, names, id, present, start, end… | a record |
//!
//! A record has its number, the number of its names, the event's id ([`NO_ID`] when it has none), and
//! the ends of [`SYSTEM_TEXTS`] texts (of which bit i of `present` says whether i is there: provider,
//! computer, time, channel), then of the values of its fields.

use std::collections::HashMap;

/// The event's id is no number.
pub const NO_ID: u32 = u32::MAX;
/// How many texts stand before the values.
pub const SYSTEM_TEXTS: usize = 4;

/// Room for the message that the rest does not fit, and for heads.
pub(crate) const RESERVED: usize = 4096;
/// Longest message; it may quote what is damaged.
const MAX_MESSAGE: usize = 1024;

const CHUNK: u32 = 0;
const PROBLEM: u32 = 1;
const NAMES: u32 = 2;
pub(crate) const RECORD: u32 = 3;

/// Records, problems and what they are made of; see the module.
#[derive(Default)]
pub struct Batch {
    words: Vec<u32>,
    text: String,
    /// Length of `text` in UTF-16 code units.
    units: u32,
    names: HashMap<Vec<u8>, u32>,
}

/// A state that a batch can return to.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    words: usize,
    text: usize,
    units: u32,
    names: u32,
}

/// A record that is being written.
#[derive(Default)]
pub(crate) struct Draft {
    /// Names of fields, each with a zero byte behind it.
    pub(crate) names: Vec<u8>,
    /// Ends of the fields' values.
    pub(crate) ends: Vec<u32>,
}

impl Draft {
    pub(crate) fn clear(&mut self) {
        self.names.clear();
        self.ends.clear();
    }
}

/// What stands before a record's values.
#[derive(Default)]
pub(crate) struct Head {
    pub(crate) id: Option<u32>,
    /// Provider, computer, time, channel.
    pub(crate) texts: [Option<String>; SYSTEM_TEXTS],
}

impl Batch {
    /// In bytes, as [`Batch::write_to`] writes it.
    pub fn size(&self) -> usize {
        (self.words.len() + 1) * size_of::<u32>() + self.text.len()
    }

    /// The numbers.
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Writes how many numbers there are, the numbers and the text; `out` has [`Batch::size`] bytes.
    pub fn write_to(&self, out: &mut [u8]) {
        let (count, rest) = out.split_at_mut(size_of::<u32>());
        count.copy_from_slice(&(self.words.len() as u32).to_le_bytes());
        let (words, text) = rest.split_at_mut(self.words.len() * size_of::<u32>());
        for (bytes, word) in words.chunks_exact_mut(size_of::<u32>()).zip(&self.words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        text.copy_from_slice(self.text.as_bytes());
    }

    pub(crate) fn begin_chunk(&mut self) {
        self.words.push(CHUNK);
    }

    pub(crate) fn problem(&mut self, number: Option<u64>, message: &str) {
        let number_or_zero = number.unwrap_or(0);
        let known = u32::from(number.is_some());
        let start = self.units;
        self.push(&message[..message.floor_char_boundary(MAX_MESSAGE)]);
        let (low, high) = halves(number_or_zero);
        self.words
            .extend([PROBLEM, known, low, high, start, self.units]);
    }

    /// Adds a text, and gives where it ends.
    pub(crate) fn push(&mut self, text: &str) -> u32 {
        self.text.push_str(text);
        let units = match text.is_ascii() {
            true => text.len(),
            false => text.encode_utf16().count(),
        };
        self.units += units as u32;
        self.units
    }

    /// Where the next text begins.
    pub(crate) fn position(&self) -> u32 {
        self.units
    }

    /// A record whose values were added from `start` on.
    pub(crate) fn record(&mut self, number: u64, head: &Head, draft: &Draft, start: u32) {
        let mut present = 0;
        let mut ends = [0; SYSTEM_TEXTS];
        // They stand behind the values in the text, for the values come first in time.
        let system_start = self.units;
        for (i, text) in head.texts.iter().enumerate() {
            present |= u32::from(text.is_some()) << i;
            ends[i] = self.push(text.as_deref().unwrap_or_default());
        }
        let names = self.names_of(&draft.names, draft.ends.len());
        let (low, high) = halves(number);
        let id = head.id.unwrap_or(NO_ID);
        self.words
            .extend([RECORD, low, high, names, id, present, system_start]);
        self.words.extend(ends);
        self.words.push(start);
        self.words.extend_from_slice(&draft.ends);
    }

    fn names_of(&mut self, names: &[u8], count: usize) -> u32 {
        if let Some(number) = self.names.get(names) {
            return *number;
        }
        let number = self.names.len() as u32;
        let start = self.units;
        self.words.extend([NAMES, count as u32, start]);
        for name in String::from_utf8_lossy(names).split_terminator('\0') {
            let end = self.push(name);
            self.words.push(end);
        }
        self.names.insert(names.to_vec(), number);
        number
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark {
            words: self.words.len(),
            text: self.text.len(),
            units: self.units,
            names: self.names.len() as u32,
        }
    }

    pub(crate) fn return_to(&mut self, mark: Mark) {
        self.words.truncate(mark.words);
        self.text.truncate(mark.text);
        self.units = mark.units;
        self.names.retain(|_, number| *number < mark.names);
    }
}

fn halves(number: u64) -> (u32, u32) {
    (number as u32, (number >> 32) as u32)
}
