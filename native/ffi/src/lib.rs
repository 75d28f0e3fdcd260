//! The C ABI that TypeScript loads (`src/sources/native.ts` holds its other half).
//!
//! One capture exists per process. `monomi_wait`, `monomi_hash`, `monomi_provoke` and
//! `monomi_socket_wait` may run on other threads than the rest; they hold no lock while they wait.
//! Lengths are bytes, negative results are errors, and a call after `monomi_close` is refused, not
//! undefined. Linux and Windows have functions for live capture; other systems only those that read
//! files.

#[cfg(target_os = "linux")]
mod host;
#[cfg(target_os = "linux")]
pub mod linux;
#[cfg(target_os = "linux")]
mod local_socket;
mod text;
mod trace;
#[cfg(windows)]
pub mod windows;

use std::panic::{AssertUnwindSafe, catch_unwind};
use text::give;

/// Version of these functions and of the record layout together; the loader refuses another.
pub const ABI_VERSION: u32 = monomi_record::VERSION << 16 | 8;

/// The call failed; the error text says why.
pub(crate) const FAILED: i32 = -1;
/// No panic may cross into the caller's language.
pub(crate) fn guarded(call: impl FnOnce() -> i32) -> i32 {
    guarded_as(FAILED, call)
}

pub(crate) fn guarded_as(failed: i32, call: impl FnOnce() -> i32) -> i32 {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(failed)
}

/// [`ABI_VERSION`].
#[unsafe(no_mangle)]
pub extern "C" fn monomi_abi_version() -> u32 {
    ABI_VERSION
}

/// Reads one chunk of a Windows event log (see [`monomi_logs::read_chunk`]) and returns the length
/// of the text, which is written whole or, where it does not fit, not at all. -1 when the chunk
/// could not be read at all.
///
/// # Safety
/// `chunk` must be readable and `buffer` writable for their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_log_chunk(
    chunk: *const u8,
    chunk_length: u32,
    buffer: *mut u8,
    length: u32,
) -> i32 {
    guarded(|| {
        // SAFETY: the caller's promise.
        let chunk = unsafe { text::borrow(chunk, chunk_length) };
        let lines = monomi_logs::read_chunk(chunk);
        if lines.len() <= length as usize {
            // SAFETY: the caller's promise.
            unsafe { give(&lines, buffer, length) };
        }
        lines.len() as i32
    })
}
