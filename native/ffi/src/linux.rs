//! What only Linux has: capturing, hashing what was executed, accounts, sockets of the local host,
//! provoking events.

use crate::{
    FAILED, guarded, guarded_as, host, local_socket, privileges,
    text::{self, Bytes, borrow, give, told},
};
use monomi_linux::{Capture, Options, Policy, Protection, Waiter, plan::EventSet};
use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// There is no open capture.
const CLOSED: i32 = -2;

static CAPTURE: Mutex<Option<Capture>> = Mutex::new(None);
static WAITER: Mutex<Option<Arc<Waiter>>> = Mutex::new(None);

fn capture() -> MutexGuard<'static, Option<Capture>> {
    CAPTURE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn waiter() -> MutexGuard<'static, Option<Arc<Waiter>>> {
    WAITER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Among the events wanted: what is done to the sensor.
const ERROR_REPORT: u8 = 255;

/// Opens the capture; `events` are the ids of the Sysmon events that can be logged, one a byte; with 255 what
/// is done to the sensor is seen, see [`monomi_protect`]. `pins`
/// is a path without NUL, or empty ([`Options::pins`]). 0, 1 when an earlier sensor's capture goes on
/// in this one, or -1 with a text in `error`.
///
/// # Safety
/// `events` and `pins` must be readable and `error` must be writable for their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_open(
    events: *const u8,
    event_count: u32,
    ring_bytes: u32,
    max_args: u32,
    pins: *const u8,
    pins_length: u32,
    error: *mut u8,
    error_length: u32,
) -> i32 {
    guarded(|| {
        let options = Options {
            // SAFETY: the caller's promise.
            events: EventSet::of(unsafe { borrow(events, event_count) }),
            ring_bytes,
            max_args,
            // SAFETY: the caller's promise.
            protects: unsafe { borrow(events, event_count) }.contains(&ERROR_REPORT),
            // SAFETY: the caller's promise.
            pins: path_of(unsafe { borrow(pins, pins_length) }),
        };
        let opened = Capture::open(&options).map(|opened| {
            host::raise_priority();
            let taken_over = opened.is_taken_over();
            *waiter() = Some(opened.waiter());
            *capture() = Some(opened);
            i32::from(taken_over)
        });
        // SAFETY: the caller's promise.
        unsafe { told(opened, error, error_length) }
    })
}

fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    (!bytes.is_empty()).then(|| PathBuf::from(OsStr::from_bytes(bytes)))
}

/// Remembers what was drained so far: 1, or 0 while there is nothing new or an earlier mark stands; -2
/// when no capture is open.
#[unsafe(no_mangle)]
pub extern "C" fn monomi_mark() -> i32 {
    guarded(|| {
        capture()
            .as_mut()
            .map_or(CLOSED, |capture| i32::from(capture.mark()))
    })
}

/// What was drained before the mark is safe and need not come again after a take-over.
#[unsafe(no_mangle)]
pub extern "C" fn monomi_commit() {
    guarded(|| {
        if let Some(capture) = capture().as_mut() {
            capture.commit();
        }
        0
    });
}

/// Changes what is attached; `events` as in [`monomi_open`]. 0, or negative with a text in `error`.
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
        let mut capture = capture();
        let Some(capture) = capture.as_mut() else {
            return CLOSED;
        };
        // SAFETY: the caller's promise.
        let events = EventSet::of(unsafe { borrow(events, event_count) });
        let configured = capture.configure(events).map(|()| 0);
        // SAFETY: the caller's promise.
        unsafe { told(configured, error, error_length) }
    })
}

/// Denies from now on what a policy says (`src/blocking/encode.ts`), and nothing else. 0; or
/// negative with a text in `error`, and nothing is denied any more.
///
/// # Safety
/// `policy` must be readable and `error` writable for their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_block(
    policy: *const u8,
    policy_length: u32,
    error: *mut u8,
    error_length: u32,
) -> i32 {
    guarded(|| {
        let mut capture = capture();
        let Some(capture) = capture.as_mut() else {
            return CLOSED;
        };
        // SAFETY: the caller's promise.
        let policy = Policy::read(unsafe { borrow(policy, policy_length) });
        let Some(policy) = policy else {
            // SAFETY: the caller's promise.
            unsafe { give("the policy is malformed", error, error_length) };
            return FAILED;
        };
        let blocked = capture.block(&policy).map(|()| 0);
        // SAFETY: the caller's promise.
        unsafe { told(blocked, error, error_length) }
    })
}

/// Writes what a capture of `events` would attach on this host as JSON text and returns its length, or
/// -1 with an error's text instead. Attaches nothing; see [`monomi_linux::probe`].
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
        let events = EventSet::of(unsafe { borrow(events, event_count) });
        // SAFETY: the caller's promise.
        let probed = monomi_linux::probe(events).map(|text| unsafe { give(&text, buffer, length) });
        // SAFETY: the caller's promise.
        unsafe { told(probed, buffer, length) }
    })
}

/// Of a capture that was opened for it: sees from now on what is done to this process, to `supervisor`
/// (0: there is none) and to the files in `paths`, with a NUL between two paths. 0; or negative with a text
/// in `error` about what cannot be seen.
///
/// # Safety
/// `paths` must be readable and `error` writable for their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_protect(
    supervisor: u32,
    paths: *const u8,
    paths_length: u32,
    error: *mut u8,
    error_length: u32,
) -> i32 {
    guarded(|| {
        let mut capture = capture();
        let Some(capture) = capture.as_mut() else {
            return CLOSED;
        };
        // SAFETY: the caller's promise.
        let paths = unsafe { borrow(paths, paths_length) };
        let protection = Protection {
            supervisor: (supervisor != 0).then_some(supervisor),
            paths: paths.split(|&byte| byte == 0).filter_map(path_of).collect(),
        };
        let protected = capture.protect(&protection).map(|()| 0);
        // SAFETY: the caller's promise.
        unsafe { told(protected, error, error_length) }
    })
}

/// Refuses from now on what is done to what is protected, or does no longer when `wanted` is 0. 0; or
/// negative with a text in `error`, and nothing is refused.
///
/// # Safety
/// `error` must be writable for `error_length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_refuse(wanted: u32, error: *mut u8, error_length: u32) -> i32 {
    guarded(|| {
        let mut capture = capture();
        let Some(capture) = capture.as_mut() else {
            return CLOSED;
        };
        let refused = capture.refuse(wanted != 0).map(|()| 0);
        // SAFETY: the caller's promise.
        unsafe { told(refused, error, error_length) }
    })
}

/// Lets this process do what others may not to the sensor that keeps its capture at `path`: 1, 0 when there is
/// none, or -1 with a text in `error`.
///
/// # Safety
/// `path` must be readable and `error` writable for their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_unlock(
    path: *const u8,
    path_length: u32,
    error: *mut u8,
    error_length: u32,
) -> i32 {
    guarded(|| {
        // SAFETY: the caller's promise.
        let Some(path) = path_of(unsafe { borrow(path, path_length) }) else {
            return 0;
        };
        let unlocked = monomi_linux::unlock(&path).map(i32::from);
        // SAFETY: the caller's promise.
        unsafe { told(unlocked, error, error_length) }
    })
}

/// Waits for records: 1 when there are some, 0 after `timeout_ms` or [`monomi_wake`], -2 when no
/// capture is open.
#[unsafe(no_mangle)]
pub extern "C" fn monomi_wait(timeout_ms: i32) -> i32 {
    guarded(|| {
        let waiter = waiter().clone();
        waiter.map_or(CLOSED, |waiter| i32::from(waiter.wait(timeout_ms)))
    })
}

/// Ends a running [`monomi_wait`].
#[unsafe(no_mangle)]
pub extern "C" fn monomi_wake() {
    guarded(|| {
        if let Some(waiter) = waiter().as_ref() {
            waiter.wake();
        }
        0
    });
}

/// Copies whole records into `buffer` and returns how many bytes; 0 when none are left, -2 when no
/// capture is open. The buffer must hold at least [`monomi_record::MAX_RECORD`] bytes.
///
/// # Safety
/// `buffer` must be writable for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_drain(buffer: *mut u8, length: u32) -> i32 {
    guarded(|| {
        let mut capture = capture();
        let Some(capture) = capture.as_mut() else {
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
        capture()
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
        let capture = capture();
        let Some(capture) = capture.as_ref() else {
            return CLOSED;
        };
        // SAFETY: the caller's promise.
        unsafe { give(&capture.stats(), buffer, length) }
    })
}

/// Gives up, for good, the capabilities that nothing needs once the capture is open. 0, or -1 with a
/// text in `error`.
///
/// # Safety
/// `error` must be writable for `error_length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_give_up_privileges(error: *mut u8, error_length: u32) -> i32 {
    guarded(|| {
        let given_up = privileges::give_up().map(|()| 0);
        // SAFETY: the caller's promise.
        unsafe { told(given_up, error, error_length) }
    })
}

/// Detaches and frees everything. Later calls answer -2.
#[unsafe(no_mangle)]
pub extern "C" fn monomi_close() {
    guarded(|| {
        if let Some(waiter) = waiter().take() {
            waiter.wake();
        }
        drop(capture().take());
        0
    });
}

/// Copies a deleted file into the archive; see `native/archive/src/request.rs` and
/// [`monomi_archive::answer`]. Blocks; call it off the main thread.
///
/// # Safety
/// `request` must be readable for `request_length` bytes, and `out` writable for `out_length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_archive(
    request: *const u8,
    request_length: u32,
    out: *mut u8,
    out_length: u32,
) -> i32 {
    guarded_as(-(monomi_archive::Reason::IoError as i32), || {
        // SAFETY: the caller's promise.
        let request = unsafe { text::borrow(request, request_length) };
        // SAFETY: the caller's promise.
        let out = unsafe { Bytes::new(out, out_length) };
        monomi_archive::answer(request, out.into_slice())
    })
}

/// Digests a file; see `native/hash/src/request.rs` for both layouts. Blocks; call it off the main
/// thread.
///
/// # Safety
/// `request` must be readable and `out` writable for their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_hash(
    request: *const u8,
    request_length: u32,
    out: *mut u8,
    out_length: u32,
) -> i32 {
    guarded_as(-(monomi_hash::Reason::IoError as i32), || {
        // SAFETY: the caller's promise.
        let request = unsafe { text::borrow(request, request_length) };
        // SAFETY: the caller's promise.
        let out = unsafe { Bytes::new(out, out_length) };
        monomi_hash::answer(request, out.into_slice())
    })
}

/// Writes the account name of a user id (C library, NSS) and returns its length; 0 when unknown.
///
/// # Safety
/// `buffer` must be writable for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_user_name(uid: u32, buffer: *mut u8, length: u32) -> i32 {
    guarded(|| match host::user_name(uid) {
        // SAFETY: the caller's promise.
        Some(name) => unsafe { give(&name, buffer, length) },
        None => 0,
    })
}

/// Nanoseconds since 1970 minus nanoseconds of the boot clock, now, in milliseconds.
#[unsafe(no_mangle)]
pub extern "C" fn monomi_boot_epoch_ms() -> f64 {
    host::boot_epoch_ms()
}

/// Connects to the local socket at `path` (bytes, no NUL), a stream socket when `stream` is not 0:
/// a descriptor for the calls below, or a negated error number.
///
/// # Safety
/// `path` must be readable for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_socket_connect(path: *const u8, length: u32, stream: u32) -> i32 {
    guarded_as(-libc::EIO, || {
        // SAFETY: the caller's promise.
        let path = unsafe { text::borrow(path, length) };
        local_socket::connect(path, stream != 0)
    })
}

/// Sends one datagram, or as much as a stream takes, without waiting: how many bytes, or a negated
/// error number (EAGAIN: the receiver's queue is full).
///
/// # Safety
/// `bytes` must be readable for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_socket_send(socket: i32, bytes: *const u8, length: u32) -> i32 {
    guarded_as(-libc::EIO, || {
        // SAFETY: the caller's promise.
        let bytes = unsafe { text::borrow(bytes, length) };
        local_socket::send(socket, bytes)
    })
}

/// Sends a sealed file that holds the bytes, as an empty datagram, without waiting: how many bytes it
/// holds, or a negated error number.
///
/// # Safety
/// `bytes` must be readable for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_socket_send_file(
    socket: i32,
    bytes: *const u8,
    length: u32,
) -> i32 {
    guarded_as(-libc::EIO, || {
        // SAFETY: the caller's promise.
        let bytes = unsafe { text::borrow(bytes, length) };
        local_socket::send_file(socket, bytes)
    })
}

/// Waits until the receiver's queue has room: 1, 0 after `milliseconds`, or a negated error number.
/// Blocks; call it off the main thread, and do not close the socket meanwhile.
#[unsafe(no_mangle)]
pub extern "C" fn monomi_socket_wait(socket: i32, milliseconds: i32) -> i32 {
    guarded_as(-libc::EIO, || local_socket::wait(socket, milliseconds))
}

/// Closes a descriptor of [`monomi_socket_connect`].
#[unsafe(no_mangle)]
pub extern "C" fn monomi_socket_close(socket: i32) {
    guarded(|| {
        local_socket::close(socket);
        0
    });
}

/// Writes what [`monomi_provoke`] can do as a JSON list of `{"event": N, "what": "…"}` and returns
/// its length.
///
/// # Safety
/// `buffer` must be writable for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_provocations(buffer: *mut u8, length: u32) -> i32 {
    guarded(|| {
        let entries: Vec<String> = monomi_provoke::PROVOCATIONS
            .iter()
            .map(|p| format!(r#"{{"event":{},"what":"{}"}}"#, p.event, p.what))
            .collect();
        // SAFETY: the caller's promise.
        unsafe { give(&format!("[{}]", entries.join(",")), buffer, length) }
    })
}

/// Carries out the provocation for an event in a process of its own, in the private directory at
/// `path`, and returns that process's id, or -1. `reason` then has, ended by a zero byte, why
/// nothing was done; it is empty when it was. Blocks; call it off the main thread.
///
/// # Safety
/// `path` must be readable and `reason` writable for their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_provoke(
    event: u32,
    path: *const u8,
    path_length: u32,
    reason: *mut u8,
    reason_length: u32,
) -> i32 {
    guarded(|| {
        // SAFETY: the caller's promise.
        let path = unsafe { text::borrow(path, path_length) };
        let directory = std::path::Path::new(OsStr::from_bytes(path));
        let (result, mut text) = match provoke(event, directory) {
            Ok(outcome) => (outcome.pid, outcome.blocked.unwrap_or_default()),
            Err(error) => (FAILED, error.to_string()),
        };
        text.push('\0');
        // SAFETY: the caller's promise.
        unsafe { give(&text, reason, reason_length) };
        result
    })
}

fn provoke(event: u32, directory: &std::path::Path) -> std::io::Result<monomi_provoke::Outcome> {
    let provocation = monomi_provoke::PROVOCATIONS
        .iter()
        .find(|provocation| u32::from(provocation.event) == event)
        .ok_or_else(|| std::io::Error::other("nothing is known that provokes this event"))?;
    monomi_provoke::provoke(provocation, directory)
}
