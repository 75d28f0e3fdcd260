//! What the running kernel is and has: version, type information, the tracing file system.

use crate::{error::CaptureError, plan::MINIMUM_KERNEL};
use std::{ffi::CStr, fs, io, path::Path};

/// The kernel's release text, as `uname -r`.
pub(crate) fn release() -> String {
    // SAFETY: utsname is plain old data for which all-zero is valid; uname fills it.
    let mut name: libc::utsname = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is valid for the duration of the call.
    if unsafe { libc::uname(&raw mut name) } != 0 {
        return String::new();
    }
    // SAFETY: the kernel ends each field with a NUL inside the array.
    unsafe { CStr::from_ptr(name.release.as_ptr()) }
        .to_string_lossy()
        .into_owned()
}

fn version_of(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Refuses kernels that are too old or have no type information.
pub(crate) fn check() -> Result<(), CaptureError> {
    let release = release();
    if version_of(&release).is_some_and(|version| version < MINIMUM_KERNEL) {
        return Err(CaptureError::KernelTooOld {
            found: release,
            needed: format!("{}.{}", MINIMUM_KERNEL.0, MINIMUM_KERNEL.1),
        });
    }
    fs::File::open("/sys/kernel/btf/vmlinux")
        .map(drop)
        .map_err(|error| CaptureError::NoTypes(error.to_string()))
}

const TRACING: &str = "/sys/kernel/tracing";

/// Whether tracepoint ids can be read.
fn tracing_is_mounted() -> bool {
    [TRACING, "/sys/kernel/debug/tracing"]
        .iter()
        .any(|path| Path::new(path).join("events").is_dir())
}

/// Runs `work` with the tracing file system in place. Where the host has not mounted it, `work`
/// runs in a thread with a mount namespace of its own, so that the host stays as it is.
pub(crate) fn with_tracing<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, CaptureError> {
    if tracing_is_mounted() {
        return Ok(work());
    }
    std::thread::scope(|scope| {
        scope
            .spawn(|| {
                mount_privately().map_err(CaptureError::NoTracing)?;
                Ok(work())
            })
            .join()
            .unwrap_or_else(|_| Err(CaptureError::NoTracing(io::ErrorKind::Other.into())))
    })
}

fn mount_privately() -> io::Result<()> {
    let check = |result: libc::c_int| {
        if result == 0 {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    };
    // SAFETY: unshare takes no pointers; it concerns the calling thread alone.
    check(unsafe { libc::unshare(libc::CLONE_NEWNS) })?;
    // SAFETY: all strings are NUL-terminated literals; absent arguments may be null.
    check(unsafe {
        libc::mount(
            c"none".as_ptr(),
            c"/".as_ptr(),
            std::ptr::null(),
            libc::MS_REC | libc::MS_PRIVATE,
            std::ptr::null(),
        )
    })?;
    // SAFETY: as above.
    check(unsafe {
        libc::mount(
            c"monomi".as_ptr(),
            c"/sys/kernel/tracing".as_ptr(),
            c"tracefs".as_ptr(),
            libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC,
            std::ptr::null(),
        )
    })
}

/// Whether the kernel has a tracepoint of a system call, such as `sys_exit_open`.
pub(crate) fn has_system_call(name: &str) -> bool {
    [TRACING, "/sys/kernel/debug/tracing"]
        .iter()
        .any(|path| Path::new(path).join("events/syscalls").join(name).is_dir())
}

#[cfg(test)]
mod tests {
    use super::version_of;

    #[test]
    fn releases_are_read_to_major_and_minor() {
        assert_eq!(version_of("6.18.44-fc-v470"), Some((6, 18)));
        assert_eq!(version_of("5.4"), Some((5, 4)));
        assert_eq!(version_of("garbage"), None);
    }
}
