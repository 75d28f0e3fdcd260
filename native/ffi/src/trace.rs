//! Traces of Windows that are open for reading, by number.

use crate::{
    FAILED, guarded,
    numbered::Numbered,
    text::{self, give, told},
};
use monomi_windows::lines::{LONGEST_LINE, Lines};
use std::fs::File;

/// An open trace, and lines that did not fit into the caller's last buffer.
struct Open {
    lines: Lines<File>,
    rest: String,
}

impl Open {
    /// Whole lines of at most `room` bytes, which is more than the longest one takes.
    fn next(&mut self, room: usize) -> String {
        let mut out = std::mem::take(&mut self.rest);
        self.lines.write(&mut out, room - room / 4);
        let whole = match out.len() {
            fitting if fitting <= room => fitting,
            _ => out.as_bytes()[..room]
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |end| end + 1),
        };
        self.rest = out.split_off(whole);
        out
    }
}

static TRACES: Numbered<Open> = Numbered::new();

/// Opens the trace (ETL) at `path`, UTF-8, for reading, and returns its number, from 0; -1 with a text
/// in `error`.
///
/// # Safety
/// `path` must be readable and `error` writable for their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_trace_open(
    path: *const u8,
    path_length: u32,
    error: *mut u8,
    error_length: u32,
) -> i32 {
    guarded(|| {
        // SAFETY: the caller's promise.
        let path = String::from_utf8_lossy(unsafe { text::borrow(path, path_length) });
        let opened = File::open(&*path).map_err(Into::into).and_then(Lines::open);
        let opened = opened.map(|lines| {
            let rest = String::new();
            TRACES.keep(Open { lines, rest })
        });
        // SAFETY: the caller's promise.
        unsafe { told(opened, error, error_length) }
    })
}

/// Writes whole lines (see [`monomi_windows::lines`]) of a trace into `buffer` and returns how many
/// bytes; 0 at the end. A `length` below [`LONGEST_LINE`] is refused with -1, as is a number that is
/// not open.
///
/// # Safety
/// `buffer` must be writable for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_trace_read(number: i32, buffer: *mut u8, length: u32) -> i32 {
    guarded(|| {
        let room = length as usize;
        if room < LONGEST_LINE {
            return FAILED;
        }
        let Some(out) = TRACES.with(number, |open| open.next(room)) else {
            return FAILED;
        };
        // SAFETY: the caller's promise.
        unsafe { give(&out, buffer, length) }
    })
}

/// Closes a trace; nothing happens when it is not open.
#[unsafe(no_mangle)]
pub extern "C" fn monomi_trace_close(number: i32) {
    guarded(|| {
        drop(TRACES.remove(number));
        0
    });
}
