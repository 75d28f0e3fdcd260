//! Memory of the caller.

use crate::FAILED;
use std::fmt::Display;

/// A writable buffer of the caller, empty when it passed null.
pub(crate) struct Bytes<'a>(&'a mut [u8]);

impl<'a> Bytes<'a> {
    /// # Safety
    /// `start` must be null or writable for `length` bytes while the value lives.
    pub(crate) unsafe fn new(start: *mut u8, length: u32) -> Self {
        if start.is_null() {
            return Self(&mut []);
        }
        // SAFETY: the caller's promise.
        Self(unsafe { std::slice::from_raw_parts_mut(start, length as usize) })
    }

    pub(crate) fn into_slice(self) -> &'a mut [u8] {
        self.0
    }
}

/// A readable buffer of the caller, empty when it passed null.
///
/// # Safety
/// `start` must be null or readable for `length` bytes while the slice is used.
pub(crate) unsafe fn borrow<'a>(start: *const u8, length: u32) -> &'a [u8] {
    if start.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(start, length as usize) }
}

/// Copies as much of `text` as fits, cut between characters, and returns how many bytes.
///
/// # Safety
/// `buffer` must be null or writable for `length` bytes.
pub(crate) unsafe fn give(text: &str, buffer: *mut u8, length: u32) -> i32 {
    // SAFETY: the caller's promise.
    let out = unsafe { Bytes::new(buffer, length) }.into_slice();
    let taken = text.floor_char_boundary(out.len());
    out[..taken].copy_from_slice(&text.as_bytes()[..taken]);
    taken as i32
}

/// What a call returns: its number, or [`FAILED`] with the error's text in `out`.
///
/// # Safety
/// `out` must be null or writable for `length` bytes.
pub(crate) unsafe fn told(result: Result<i32, impl Display>, out: *mut u8, length: u32) -> i32 {
    result.unwrap_or_else(|reason| {
        // SAFETY: the caller's promise.
        unsafe { give(&reason.to_string(), out, length) };
        FAILED
    })
}
