//! Giving up the capabilities that are not needed once everything is attached.
//!
//! The kernel keeps capabilities by thread, and the runtime has its threads before we are loaded; so each
//! is interrupted by a signal and gives them up itself. Threads that come later inherit what is left.

use std::{
    fs, io,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Numbers of `linux/capability.h`, and why each is kept.
const NEEDED: &[(u32, &str)] = &[
    (
        1,
        "CAP_DAC_OVERRIDE: outputs rotate, also in others' directories",
    ),
    (
        2,
        "CAP_DAC_READ_SEARCH: images are hashed, whoever may read them",
    ),
    (12, "CAP_NET_ADMIN: a reload loads programs for packets"),
    (19, "CAP_SYS_PTRACE: /proc/PID/root, exe and fd of others"),
    (38, "CAP_PERFMON: a reload attaches programs"),
    (39, "CAP_BPF: a reload loads programs"),
];
/// `CAP_SYS_ADMIN`, where a reload must mount what the host has not mounted.
const MOUNTING: u32 = 21;
const LAST_CAPABILITY: u32 = 63;

/// `_LINUX_CAPABILITY_VERSION_3`.
const VERSION: u32 = 0x2008_0522;
/// How long all threads together may take.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(1);

#[repr(C)]
struct Header {
    version: u32,
    pid: libc::c_int,
}

/// Effective, permitted, inheritable: low words, then high words.
type Sets = [u32; 6];

static KEPT: AtomicU64 = AtomicU64::new(u64::MAX);

/// Drops, on all threads and for good, every capability that is not needed any more, also for programs
/// that would be started (which nothing does).
pub(crate) fn give_up() -> io::Result<()> {
    let kept = kept();
    KEPT.store(kept, Ordering::SeqCst);
    let signal = libc::SIGRTMAX() - 1;
    let before = handle(signal)?;
    let done = all_threads(signal, kept);
    // A slow thread may have been sent another one meanwhile, of which it would die by default. Ignoring
    // the signal discards it.
    let ignored = action(libc::SIG_IGN);
    let after = if before.sa_sigaction == libc::SIG_DFL {
        &ignored
    } else {
        &before
    };
    // SAFETY: the action is to ignore, or the one that was in force before.
    unsafe { libc::sigaction(signal, after, std::ptr::null_mut()) };
    done
}

fn kept() -> u64 {
    let needed = NEEDED.iter().fold(0, |set, (number, _)| set | 1 << number);
    if monomi_linux::must_mount() {
        needed | 1 << MOUNTING
    } else {
        needed
    }
}

fn action(handler: libc::sighandler_t) -> libc::sigaction {
    // SAFETY: sigaction is plain old data for which all-zero is valid.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler;
    action.sa_flags = libc::SA_RESTART;
    action
}

fn handle(signal: libc::c_int) -> io::Result<libc::sigaction> {
    let action = action(on_signal as *const () as usize);
    // SAFETY: as above.
    let mut before: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: the handler makes system calls only and restores errno; both structures outlive the call.
    if unsafe { libc::sigaction(signal, &raw const action, &raw mut before) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(before)
}

extern "C" fn on_signal(_: libc::c_int) {
    // SAFETY: the C library gives every thread its errno.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let before = unsafe { *errno };
    let kept = KEPT.load(Ordering::SeqCst);
    for number in (0..=LAST_CAPABILITY).filter(|number| kept & (1 << number) == 0) {
        // SAFETY: takes numbers only; one that does not exist or may not be dropped is refused.
        unsafe { libc::prctl(libc::PR_CAPBSET_DROP, libc::c_ulong::from(number), 0, 0, 0) };
    }
    // SAFETY: takes numbers only.
    unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    let header = Header {
        version: VERSION,
        pid: 0,
    };
    let mut sets: Sets = [0; 6];
    // SAFETY: both structures have the layout of the version and outlive the calls.
    if unsafe { libc::syscall(libc::SYS_capget, &raw const header, &raw mut sets) } == 0 {
        let (low, high) = (kept as u32, (kept >> 32) as u32);
        let sets: Sets = [
            sets[0] & low,
            sets[1] & low,
            0,
            sets[3] & high,
            sets[4] & high,
            0,
        ];
        // SAFETY: as above.
        unsafe { libc::syscall(libc::SYS_capset, &raw const header, &raw const sets) };
    }
    // SAFETY: as above.
    unsafe { *errno = before };
}

fn all_threads(signal: libc::c_int, kept: u64) -> io::Result<()> {
    let end = Instant::now() + PATIENCE;
    loop {
        let left: Vec<i32> = threads()?
            .into_iter()
            .filter(|&thread| permitted(thread).is_some_and(|set| set & !kept != 0))
            .collect();
        if left.is_empty() {
            return Ok(());
        }
        if Instant::now() > end {
            return Err(io::Error::other(format!(
                "{} threads did not give them up",
                left.len()
            )));
        }
        for thread in left {
            // SAFETY: takes numbers only; a thread that has ended meanwhile is refused.
            unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, signal) };
        }
        thread::sleep(PAUSE);
    }
}

fn threads() -> io::Result<Vec<i32>> {
    let names = fs::read_dir("/proc/self/task")?;
    Ok(names
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect())
}

/// None for a thread that has ended.
fn permitted(thread: i32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/self/task/{thread}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("CapPrm:"))?;
    u64::from_str_radix(line.trim(), 16).ok()
}
