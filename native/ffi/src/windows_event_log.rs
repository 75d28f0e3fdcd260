//! Providers that write into Windows' event log, by number.

use crate::{
    FAILED, guarded,
    numbered::Numbered,
    text::{Bytes, borrow, told},
};
use monomi_windows::{
    etl::Guid,
    event_log::EventLog,
    live::{Provider, Refusal},
};

const GUID_BYTES: u32 = 16;
const CODE_BYTES: u32 = 4;

static LOGS: Numbered<EventLog> = Numbered::new();

/// Registers the provider whose GUID, as it lies in memory, `provider` is, and returns its number, from
/// 0; -1 with a text in `error`.
///
/// # Safety
/// `provider` must be readable for 16 bytes, and `error` writable for its length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_event_log_open(
    provider: *const u8,
    error: *mut u8,
    error_length: u32,
) -> i32 {
    guarded(|| {
        // SAFETY: the caller's promise.
        let provider = unsafe { borrow(provider, GUID_BYTES) };
        let Ok(provider) = provider.try_into().map(Guid) else {
            return FAILED;
        };
        let opened = Provider::load()
            .map_err(|refusal: Refusal| refusal.to_string())
            .and_then(|api| {
                EventLog::open(Box::new(api), provider)
                    .map_err(|code| format!("EventRegister failed with error {code}"))
            })
            .map(|log| LOGS.keep(log));
        // SAFETY: the caller's promise.
        unsafe { told(opened, error, error_length) }
    })
}

/// Writes lines ([`monomi_windows::event_log`]) until Windows refuses one: returns how many it has
/// taken, and stores its code for the next one in `code`, 0 when there is none; -1 when the number is not
/// open.
///
/// # Safety
/// `lines` must be readable for `length` bytes, and `code` writable for 4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_event_log_write(
    log: i32,
    lines: *const u8,
    length: u32,
    code: *mut u8,
) -> i32 {
    guarded(|| {
        // SAFETY: the caller's promise.
        let lines = unsafe { borrow(lines, length) };
        let Some(written) = LOGS.with(log, |log| log.write(lines)) else {
            return FAILED;
        };
        // SAFETY: the caller's promise.
        let code = unsafe { Bytes::new(code, CODE_BYTES) }.into_slice();
        if code.len() == size_of_val(&written.code) {
            code.copy_from_slice(&written.code.to_le_bytes());
        }
        i32::try_from(written.lines).unwrap_or(FAILED)
    })
}

/// Ends the registration. Later writes answer -1.
#[unsafe(no_mangle)]
pub extern "C" fn monomi_event_log_close(log: i32) {
    guarded(|| {
        drop(LOGS.remove(log));
        0
    });
}
