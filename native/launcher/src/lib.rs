//! The single file: a small static executable that carries the whole program behind itself.
//!
//! `monomi-pack` appends the parts (runtime, script, native library, on Linux a preload library) and
//! an index to `monomi-launcher`; the result is one executable. When started, it unpacks every part,
//! verifies each against its SHA-256 and runs the runtime: on Linux from sealed memory files, in its
//! own place; on Windows, which has no such files, from a private folder, as a child.
//!
//! Needs Linux 5.8 (the sensor's own minimum), `/proc`, and glibc 2.27 for the runtime; or Windows 10.

pub mod command;
pub mod image;
#[cfg(target_os = "linux")]
pub mod linux;
pub mod pack;
pub mod place;
pub mod unpack;
#[cfg(windows)]
pub mod windows;

use std::fmt;
use std::io;

/// Why the single file could not be made or could not start.
#[derive(Debug)]
pub enum Error {
    /// The file is not what was packed: cut short, altered, or a launcher without parts.
    Damaged(String),
    /// The operating system refused a step; says which step and, where known, what to do.
    System {
        /// What was being done.
        step: String,
        /// The refusal.
        cause: io::Error,
        /// What the user can do about it; may be empty.
        advice: &'static str,
    },
    /// The arguments cannot be passed on.
    Usage(String),
}

impl Error {
    /// A refusal of the operating system without advice.
    pub fn system(step: impl Into<String>, cause: io::Error) -> Self {
        Self::System {
            step: step.into(),
            cause,
            advice: "",
        }
    }

    /// The exit code of the program that ends with this error: 2 wrong usage, 3 could not run.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Damaged(_) | Self::System { .. } => 3,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(what) => {
                write!(
                    out,
                    "this file is damaged: {what}; get a fresh copy and compare checksums"
                )
            }
            Self::System {
                step,
                cause,
                advice: "",
            } => write!(out, "cannot {step}: {cause}"),
            Self::System {
                step,
                cause,
                advice,
            } => {
                write!(out, "cannot {step}: {cause}; {advice}")
            }
            Self::Usage(what) => out.write_str(what),
        }
    }
}

impl std::error::Error for Error {}
