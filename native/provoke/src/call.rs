//! System calls that say which step failed.

use std::ffi::CStr;

/// Why a provocation could not be carried out.
#[derive(Clone, Copy)]
pub(crate) struct Blocked {
    pub(crate) step: &'static str,
    /// Error number; 0 where no call failed.
    pub(crate) error: i32,
}

pub(crate) type Result<T> = std::result::Result<T, Blocked>;

/// The result of a call that returns a negative number and sets errno on failure.
pub(crate) fn checked<N: Into<i64> + Copy>(step: &'static str, result: N) -> Result<N> {
    if result.into() >= 0 {
        return Ok(result);
    }
    // SAFETY: the location is always valid for the calling thread.
    let error = unsafe { *libc::__errno_location() };
    Err(Blocked { step, error })
}

/// A descriptor; closed by the end of the process.
pub(crate) fn open(step: &'static str, path: &CStr, flags: i32) -> Result<i32> {
    // SAFETY: the path ends with a zero byte.
    checked(step, unsafe {
        libc::open(path.as_ptr(), flags | libc::O_CLOEXEC, 0o600)
    })
}

/// Writes all of `bytes` at once.
pub(crate) fn write(step: &'static str, file: i32, bytes: &[u8]) -> Result<()> {
    // SAFETY: pointer and length describe `bytes`.
    let written = unsafe { libc::write(file, bytes.as_ptr().cast(), bytes.len()) };
    checked(step, written as i64).map(drop)
}

/// Ends a descriptor's use; what follows may depend on it (a file is complete once closed).
pub(crate) fn close(file: i32) {
    // SAFETY: the caller owns the descriptor.
    unsafe { libc::close(file) };
}
