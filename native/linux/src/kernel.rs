//! What the running kernel is and has: version, type information, the tracing file system.

use crate::{
    error::CaptureError,
    plan::{MINIMUM_KERNEL, SECURITY_KERNEL},
};
use std::{ffi::CStr, fs, io, path::Path, sync::OnceLock};

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
                mount_privately(c"/sys/kernel/tracing", c"tracefs")
                    .map_err(CaptureError::NoTracing)?;
                Ok(work())
            })
            .join()
            .unwrap_or_else(|_| Err(CaptureError::NoTracing(io::ErrorKind::Other.into())))
    })
}

fn mount_privately(at: &CStr, kind: &CStr) -> io::Result<()> {
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
            at.as_ptr(),
            kind.as_ptr(),
            libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC,
            std::ptr::null(),
        )
    })
}

/// The root of the host's tree of control groups (version 2). Where the host has not mounted it, it
/// is mounted for a moment in a mount namespace of its own.
pub(crate) fn cgroup_root() -> io::Result<fs::File> {
    let mounts = fs::read_to_string("/proc/self/mountinfo")?;
    if let Some(path) = cgroup_mount(&mounts) {
        return fs::File::open(path);
    }
    std::thread::scope(|scope| {
        scope
            .spawn(|| {
                let at = c"/sys/fs/cgroup";
                mount_privately(at, c"cgroup2")?;
                fs::File::open("/sys/fs/cgroup")
            })
            .join()
            .unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
    })
}

/// Where the text of /proc/self/mountinfo says that the whole tree of control groups is.
fn cgroup_mount(mounts: &str) -> Option<&str> {
    mounts.lines().find_map(|line| {
        let (place, kind) = line.split_once(" - ")?;
        let mut fields = place.split(' ');
        let root = fields.nth(3)?;
        let path = fields.next()?;
        (root == "/" && kind.starts_with("cgroup2 ")).then_some(path)
    })
}

const SECURITY_MODULES: &str = "/sys/kernel/security/lsm";

/// The names of the security modules in force, in order. They are the same for as long as the kernel runs.
fn security_modules() -> io::Result<&'static str> {
    static KNOWN: OnceLock<String> = OnceLock::new();
    if let Some(known) = KNOWN.get() {
        return Ok(known);
    }
    let found = fs::read_to_string(SECURITY_MODULES).or_else(|_| mounted_security_modules())?;
    Ok(KNOWN.get_or_init(|| found))
}

fn mounted_security_modules() -> io::Result<String> {
    std::thread::scope(|scope| {
        scope
            .spawn(|| {
                mount_privately(c"/sys/kernel/security", c"securityfs")?;
                fs::read_to_string(SECURITY_MODULES)
            })
            .join()
            .unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
    })
}

/// Refuses kernels in which a security program would never be asked, or cannot do its work.
pub(crate) fn check_security_modules() -> Result<(), CaptureError> {
    let release = release();
    let minimum = SECURITY_KERNEL;
    if version_of(&release).is_some_and(|version| version < minimum) {
        return Err(CaptureError::NoBlocking(format!(
            "the kernel is {release}; programs of the security modules need {}.{} or newer",
            minimum.0, minimum.1
        )));
    }
    let modules = security_modules().map_err(|error| {
        CaptureError::NoBlocking(format!(
            "the kernel's security modules are unknown ({SECURITY_MODULES}: {error})"
        ))
    })?;
    let modules = modules.trim();
    if modules.split(',').any(|module| module == "bpf") {
        return Ok(());
    }
    Err(CaptureError::NoBlocking(format!(
        "\"bpf\" is not among the kernel's security modules ({modules}): boot with lsm={modules},bpf"
    )))
}

/// Whether the sensor, also when it takes another configuration, mounts what the host has not mounted, for which
/// it needs `CAP_SYS_ADMIN`. What can be found out once and for all is found out here.
#[must_use]
pub fn must_mount() -> bool {
    // Where they cannot be read now, they never can.
    let _known_from_now_on = security_modules();
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    !tracing_is_mounted() || cgroup_mount(&mounts).is_none()
}

/// Whether the kernel has a system call, by the name of its tracepoint, such as `sys_exit_open`.
pub(crate) fn has_system_call(name: &str) -> bool {
    [TRACING, "/sys/kernel/debug/tracing"]
        .iter()
        .any(|path| Path::new(path).join("events/syscalls").join(name).is_dir())
}

#[cfg(test)]
mod tests {
    use super::{cgroup_mount, version_of};

    #[test]
    fn releases_are_read_to_major_and_minor() {
        assert_eq!(version_of("6.18.44-fc-v470"), Some((6, 18)));
        assert_eq!(version_of("5.4"), Some((5, 4)));
        assert_eq!(version_of("garbage"), None);
    }

    #[test]
    fn the_whole_tree_of_control_groups_is_found() {
        let mounts = "\
24 1 0:22 / /sys rw,nosuid - sysfs sysfs rw
30 24 0:26 /docker/abc /sys/fs/part rw - cgroup2 cgroup2 rw
31 24 0:26 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw
";
        assert_eq!(cgroup_mount(mounts), Some("/sys/fs/cgroup/unified"));
        assert_eq!(cgroup_mount("24 1 0:22 / /sys rw - sysfs sysfs rw"), None);
    }
}
