//! Facts of the host that only the C library or the kernel know: account names, clocks.

use std::ffi::CStr;

const NAME_BUFFER: usize = 16 * 1024;

/// The account name of a user id through the C library's account database.
pub(crate) fn user_name(uid: u32) -> Option<String> {
    let mut buffer = vec![0; NAME_BUFFER];
    // SAFETY: passwd is plain old data for which all-zero is valid.
    let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
    let mut found: *mut libc::passwd = std::ptr::null_mut();
    // SAFETY: all pointers outlive the call; the buffer's length is passed.
    let result = unsafe {
        libc::getpwuid_r(
            uid,
            &raw mut entry,
            buffer.as_mut_ptr(),
            buffer.len(),
            &raw mut found,
        )
    };
    if result != 0 || found.is_null() || entry.pw_name.is_null() {
        return None;
    }
    // SAFETY: a found entry's name is a NUL-terminated string inside the buffer.
    Some(
        unsafe { CStr::from_ptr(entry.pw_name) }
            .to_string_lossy()
            .into_owned(),
    )
}

fn clock_ms(clock: libc::clockid_t) -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer outlives the call.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// Wall clock minus boot clock, in milliseconds.
pub(crate) fn boot_epoch_ms() -> f64 {
    clock_ms(libc::CLOCK_REALTIME) - clock_ms(libc::CLOCK_BOOTTIME)
}

/// As auditd's default priority_boost: on a busy host the reader gets its turn before the buffer is
/// full.
const PRIORITY: libc::c_int = -4;

/// Raises the priority of all threads of the process, which those that they start later inherit.
/// Without CAP_SYS_NICE it stays as it is.
pub(crate) fn raise_priority() {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else {
        return;
    };
    let ids = threads
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    for id in ids {
        // SAFETY: setpriority takes no pointers; on Linux it concerns the one thread.
        unsafe { libc::setpriority(libc::PRIO_PROCESS, id, PRIORITY) };
    }
}
