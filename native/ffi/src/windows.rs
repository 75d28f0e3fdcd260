//! Live capture on Windows. The functions have the shape of those on Linux; what is drained is lines
//! of text ([`monomi_windows::lines`], [`monomi_windows::live::host`]) instead of binary records.

use crate::{
    FAILED, guarded,
    text::{Bytes, borrow, give, told},
};
use monomi_windows::live::{Advapi, Capture, Host, Options, Waiting, plan, windows_version};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// There is no open capture.
const CLOSED: i32 = -2;
/// Somebody else has ended the trace session.
const ENDED: i32 = -3;

const NO_PINS: &str = "only on Linux can a capture be pinned; a trace session outlives its sensor, \
                       and the next one ends it";

static SESSION_NAME: Mutex<String> = Mutex::new(String::new());
static CAPTURE: Mutex<Option<Capture>> = Mutex::new(None);
static WAITING: Mutex<Option<Waiting>> = Mutex::new(None);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Names the trace session that [`monomi_open`] starts, UTF-8; without it, it is named `monomi`.
///
/// # Safety
/// `name` must be readable for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_session_name(name: *const u8, length: u32) {
    guarded(|| {
        // SAFETY: the caller's promise.
        let name = String::from_utf8_lossy(unsafe { borrow(name, length) });
        *locked(&SESSION_NAME) = name.into_owned();
        0
    });
}

/// Opens the capture; `events` are the ids of the Sysmon events that can be logged, one a byte. 0,
/// or -1 with a text in `error`. `buffer_bytes` is for the session's buffers, and the same again for
/// the queue behind it; `max_args` is not used, and `pins` refused.
///
/// # Safety
/// `events` must be readable for `event_count` bytes, and `error` must be writable for `error_length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_open(
    events: *const u8,
    event_count: u32,
    buffer_bytes: u32,
    _max_args: u32,
    _pins: *const u8,
    pins_length: u32,
    error: *mut u8,
    error_length: u32,
) -> i32 {
    guarded(|| {
        if pins_length > 0 {
            // SAFETY: the caller's promise.
            unsafe { give(NO_PINS, error, error_length) };
            return FAILED;
        }
        // A capture that is open ends first: both would have the same session.
        drop(locked(&CAPTURE).take());
        // SAFETY: the caller's promise.
        let events = unsafe { borrow(events, event_count) }.to_vec();
        let name = match locked(&SESSION_NAME).as_str() {
            "" => "monomi".to_owned(),
            name => name.to_owned(),
        };
        let options = Options {
            name,
            events,
            buffer_bytes,
        };
        let opened = Advapi::load()
            .and_then(|api| Capture::open(Arc::new(api), Arc::new(Host::load()), &options))
            .map(|opened| {
                *locked(&WAITING) = Some(opened.waiting());
                *locked(&CAPTURE) = Some(opened);
                0
            });
        // SAFETY: the caller's promise.
        unsafe { told(opened, error, error_length) }
    })
}

/// Changes which providers are enabled; `events` as in [`monomi_open`]. 0, or negative with a text in
/// `error`.
///
/// # Safety
/// `events` must be readable for `event_count` bytes, and `error` must be writable for `error_length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_configure(
    events: *const u8,
    event_count: u32,
    error: *mut u8,
    error_length: u32,
) -> i32 {
    guarded(|| {
        let mut capture = locked(&CAPTURE);
        let Some(capture) = capture.as_mut() else {
            return CLOSED;
        };
        // SAFETY: the caller's promise.
        let events = unsafe { borrow(events, event_count) };
        let configured = capture.configure(events).map(|()| 0);
        // SAFETY: the caller's promise.
        unsafe { told(configured, error, error_length) }
    })
}

/// Writes which providers a capture of `events` would enable as JSON text and returns its length.
/// Enables nothing, and does not ask whether that would be permitted.
///
/// # Safety
/// `events` must be readable and `buffer` writable for their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_plan(
    events: *const u8,
    event_count: u32,
    buffer: *mut u8,
    length: u32,
) -> i32 {
    guarded(|| {
        // SAFETY: the caller's promise.
        let told = plan::describe(unsafe { borrow(events, event_count) }, &windows_version());
        // SAFETY: the caller's promise.
        unsafe { give(&told, buffer, length) }
    })
}

/// Waits for lines: 1 when there are some, 0 after `timeout_ms` or [`monomi_wake`], -2 when no capture
/// is open, -3 with no lines left when somebody else has ended the session.
#[unsafe(no_mangle)]
pub extern "C" fn monomi_wait(timeout_ms: i32) -> i32 {
    guarded(|| {
        let Some(waiting) = locked(&WAITING).clone() else {
            return CLOSED;
        };
        let timeout = Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0));
        if waiting.wait(timeout) {
            return 1;
        }
        if waiting.has_ended() { ENDED } else { 0 }
    })
}

/// Ends a running [`monomi_wait`].
#[unsafe(no_mangle)]
pub extern "C" fn monomi_wake() {
    guarded(|| {
        if let Some(waiting) = locked(&WAITING).as_ref() {
            waiting.wake();
        }
        0
    });
}

/// Copies whole lines into `buffer` and returns how many bytes; 0 when none are left, -2 when no
/// capture is open. The buffer must hold at least 320 KiB.
///
/// # Safety
/// `buffer` must be writable for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_drain(buffer: *mut u8, length: u32) -> i32 {
    guarded(|| {
        let capture = locked(&CAPTURE);
        let Some(capture) = capture.as_ref() else {
            return CLOSED;
        };
        // SAFETY: the caller's promise.
        let out = unsafe { Bytes::new(buffer, length) };
        capture.drain(out.into_slice()) as i32
    })
}

/// How much of the buffer between the kernel and this library has no room for new records, in percent; -2
/// when no capture is open.
#[unsafe(no_mangle)]
pub extern "C" fn monomi_fill() -> i32 {
    guarded(|| {
        locked(&CAPTURE)
            .as_ref()
            .map_or(CLOSED, |capture| capture.fill() as i32)
    })
}

/// Writes the statistics as JSON text and returns its length.
///
/// # Safety
/// `buffer` must be writable for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_stats(buffer: *mut u8, length: u32) -> i32 {
    guarded(|| {
        let capture = locked(&CAPTURE);
        let Some(capture) = capture.as_ref() else {
            return CLOSED;
        };
        // SAFETY: the caller's promise.
        unsafe { give(&capture.stats(), buffer, length) }
    })
}

/// Ends the session and frees everything. Later calls answer -2.
#[unsafe(no_mangle)]
pub extern "C" fn monomi_close() {
    guarded(|| {
        if let Some(waiting) = locked(&WAITING).take() {
            waiting.wake();
        }
        drop(locked(&CAPTURE).take());
        0
    });
}

/// Asks Windows what a service needs: `request` is JSON as [`monomi_service::manage`] takes it. Writes
/// the answer, JSON, into `answer` and returns its length; -1 with a text there on refusal.
///
/// # Safety
/// `request` must be readable and `answer` writable for their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_manage(
    request: *const u8,
    request_length: u32,
    answer: *mut u8,
    length: u32,
) -> i32 {
    guarded(|| {
        // SAFETY: the caller's promise.
        let request = String::from_utf8_lossy(unsafe { borrow(request, request_length) });
        let answered = monomi_service::manage(&request)
            // SAFETY: the caller's promise.
            .map(|text| unsafe { give(&text, answer, length) });
        // SAFETY: the caller's promise.
        unsafe { told(answered, answer, length) }
    })
}
