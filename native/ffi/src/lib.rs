//! The C ABI that TypeScript loads (`src/sources/native_symbols.ts` is its other half).
//!
//! One capture exists per process. `monomi_wait`, `monomi_hash`, `monomi_provoke`, `monomi_log_chunks`,
//! `monomi_describe`, `monomi_manage` and `monomi_socket_wait` may run on other threads than the rest; they hold no lock while they wait.
//! Lengths are bytes, negative results are errors, and a call after `monomi_close` is refused, not
//! undefined. Linux and Windows have functions for live capture; other systems only those that read
//! files.

#[cfg(target_os = "linux")]
mod host;
mod image;
#[cfg(target_os = "linux")]
pub mod linux;
#[cfg(target_os = "linux")]
mod local_socket;
mod numbered;
#[cfg(target_os = "linux")]
mod privileges;
mod text;
mod trace;
#[cfg(windows)]
pub mod windows;
#[cfg(windows)]
pub mod windows_event_log;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Version of these functions and of the record layout together; the loader refuses another.
pub const ABI_VERSION: u32 = monomi_record::VERSION << 16 | 17;

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

/// Reads chunks of a Windows event log ([`monomi_logs::read_chunks`]) into `buffer`: how many bytes of
/// `chunks` were read (32 bits), then the batch, as far as it fits. Returns the bytes written; -1 when
/// `length` is less than one chunk may need ([`monomi_logs::MAX_OUTPUT`] and 4 more).
///
/// # Safety
/// `chunks` must be readable and `buffer` writable for their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_log_chunks(
    chunks: *const u8,
    chunks_length: u32,
    buffer: *mut u8,
    length: u32,
) -> i32 {
    guarded(|| {
        // SAFETY: the caller's promise.
        let chunks = unsafe { text::borrow(chunks, chunks_length) };
        // SAFETY: the caller's promise.
        let out = unsafe { text::Bytes::new(buffer, length) }.into_slice();
        let Some((taken, out)) = out.split_at_mut_checked(size_of::<u32>()) else {
            return FAILED;
        };
        if out.len() < monomi_logs::MAX_OUTPUT {
            return FAILED;
        }
        let mut batch = monomi_logs::Batch::default();
        let read = monomi_logs::read_chunks(chunks, out.len(), &mut batch);
        taken.copy_from_slice(&(read as u32).to_le_bytes());
        let size = batch.size();
        batch.write_to(&mut out[..size]);
        (taken.len() + size) as i32
    })
}
