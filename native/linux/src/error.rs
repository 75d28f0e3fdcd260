//! Why a capture cannot run, and what to do about it.

use std::io;

/// Why a capture cannot be opened or changed. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The kernel refuses BPF to this user.
    #[error(
        "the kernel refuses BPF programs to this user: run as root, or with CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH ({0})"
    )]
    Privileges(String),
    /// The kernel is older than the programs need.
    #[error("the kernel is {found}; the sensor needs {needed} or newer")]
    KernelTooOld {
        /// What uname says.
        found: String,
        /// The minimum.
        needed: String,
    },
    /// There is no type information of the running kernel.
    #[error(
        "the kernel has no type information (/sys/kernel/btf/vmlinux: {0}): it must be built with CONFIG_DEBUG_INFO_BTF=y"
    )]
    NoTypes(String),
    /// The tracing file system can be neither found nor mounted.
    #[error(
        "the tracing file system can be neither found nor mounted ({0}): mount -t tracefs nodev /sys/kernel/tracing"
    )]
    NoTracing(io::Error),
    /// The ring buffer or another map cannot be allocated.
    #[error(
        "cannot allocate the kernel's buffers ({ring_bytes} bytes of ring buffer; {reason}): choose a smaller --ring, a power of two of at least 4096, or raise the memory limit"
    )]
    Buffers {
        /// The size asked for.
        ring_bytes: u32,
        /// What the kernel said.
        reason: String,
    },
    /// The verifier or the kernel refuses a program.
    #[error("the kernel refuses program {program}: {reason}")]
    Program {
        /// Its name.
        program: String,
        /// What the kernel said, in one line.
        reason: String,
    },
    /// A hook of the plan cannot be attached.
    #[error("cannot attach program {program} to {hook}: {reason}")]
    Attach {
        /// Its name.
        program: String,
        /// The tracepoint.
        hook: String,
        /// What the kernel said, in one line.
        reason: String,
    },
    /// The embedded object is damaged: a defect of the build.
    #[error("the embedded kernel programs cannot be read: {0}")]
    Object(String),
    /// The kernel cannot deny anything for us.
    #[error("{0}")]
    NoBlocking(String),
    /// Not all that is done to the sensor can be seen.
    #[error("{0}")]
    Unseen(String),
    /// The pins of an earlier sensor, or our own, cannot be had.
    #[error("cannot keep the kernel side at {path}: {reason}")]
    Pins {
        /// The directory or pin.
        path: String,
        /// What the system said, or what is wrong.
        reason: String,
    },
    /// Any other system error.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// How lines begin with which the verifier tells of its work.
const VERIFIER_FIGURES: [&str; 3] = ["processed ", "stack depth ", "verification time "];

/// A chain of errors in one line, outermost first, long verifier logs cut to what they end with: the
/// complaint, behind which the verifier only says how much work it had.
pub(crate) fn one_line(error: &(dyn std::error::Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(current) = next {
        let text = current.to_string();
        let mut lines = text.lines().filter(|line| {
            let line = line.trim();
            !line.is_empty() && !VERIFIER_FIGURES.iter().any(|start| line.starts_with(start))
        });
        let first = lines.next().unwrap_or_default().trim().to_string();
        let last = lines
            .next_back()
            .map(|line| format!(" … {}", line.trim()))
            .unwrap_or_default();
        let line = first + &last;
        if parts.last() != Some(&line) {
            parts.push(line);
        }
        next = current.source();
    }
    parts.join(": ")
}

/// Whether the chain holds an EPERM or EACCES.
pub(crate) fn is_permission(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(io) = current.downcast_ref::<io::Error>()
            && io.kind() == io::ErrorKind::PermissionDenied
        {
            return true;
        }
        next = current.source();
    }
    false
}
