//! Traces of Windows that are open for reading, by number.

use crate::{
    FAILED, guarded,
    text::{self, give, told},
};
use monomi_windows::lines::{LONGEST_LINE, Lines};
use std::{
    collections::HashMap,
    fs::File,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// An open trace, and lines that did not fit into the caller's last buffer.
struct Open {
    lines: Lines<File>,
    rest: String,
}

static TRACES: Mutex<Option<HashMap<i32, Open>>> = Mutex::new(None);

fn traces() -> MutexGuard<'static, Option<HashMap<i32, Open>>> {
    TRACES.lock().unwrap_or_else(PoisonError::into_inner)
}

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
            let mut traces = traces();
            let traces = traces.get_or_insert_default();
            let free = (0..).find(|number| !traces.contains_key(number));
            let number = free.unwrap_or(FAILED);
            let rest = String::new();
            traces.insert(number, Open { lines, rest });
            number
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
        let mut traces = traces();
        let Some(open) = traces.as_mut().and_then(|traces| traces.get_mut(&number)) else {
            return FAILED;
        };
        let room = length as usize;
        if room < LONGEST_LINE {
            return FAILED;
        }
        let mut out = std::mem::take(&mut open.rest);
        open.lines.write(&mut out, room - room / 4);
        let whole = match out.len() {
            fitting if fitting <= room => fitting,
            _ => out.as_bytes()[..room]
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |end| end + 1),
        };
        open.rest = out.split_off(whole);
        // SAFETY: the caller's promise.
        unsafe { give(&out, buffer, length) }
    })
}

/// Closes a trace; nothing happens when it is not open.
#[unsafe(no_mangle)]
pub extern "C" fn monomi_trace_close(number: i32) {
    guarded(|| {
        if let Some(traces) = traces().as_mut() {
            traces.remove(&number);
        }
        0
    });
}
