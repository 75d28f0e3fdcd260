//! Copies of deleted files whose content somebody still holds.
//!
//! When a deletion is seen, it is over. But as long as a process runs the file or has it open, its
//! content is there, and `/proc/PID/exe` and `/proc/PID/fd` lead to it. What is copied must be that
//! very file: its link names the path with ` (deleted)` behind it, it has no name any more, and it
//! changed last when the deletion happened. Files are looked at before they are opened, so that no
//! FIFO or device in their place is ever opened.
#![forbid(unsafe_code)]

#[cfg(target_os = "linux")]
mod copy;
#[cfg(target_os = "linux")]
mod held;
mod request;
#[cfg(all(test, target_os = "linux"))]
mod tests;

pub use request::Request;

/// Why a file was not archived; the negated value is the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Reason {
    /// Nobody that was asked holds it open.
    NotHeld = 1,
    /// It is larger than the limit.
    TooLarge = 2,
    /// Too little of the archive's file system would be left free.
    NoSpace = 3,
    /// It was written to in the meantime.
    Changed = 4,
    /// The time for one file was over.
    Timeout = 5,
    /// The archive's directory is not ours alone, or cannot be made.
    Directory = 6,
    /// Reading or writing failed.
    IoError = 7,
    /// The request cannot be read.
    Malformed = 8,
    /// Not on this system.
    Unsupported = 9,
}

/// A file that was archived as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archived {
    /// Sysmon's Hashes text.
    pub hashes: String,
    /// Whether it begins like a program.
    pub is_executable: bool,
}

/// Archives what `request` says.
///
/// # Errors
/// The [`Reason`] why there is no copy; then nothing is left in the archive.
#[cfg(target_os = "linux")]
pub fn archive(request: &Request<'_>) -> Result<Archived, Reason> {
    let deadline = std::time::Instant::now() + request.budget;
    let file = held::find(request)?;
    copy::copy(&file, request, deadline)
}

/// Archives what `request` says; not possible on this system.
///
/// # Errors
/// Always [`Reason::Unsupported`].
#[cfg(not(target_os = "linux"))]
pub fn archive(_request: &Request<'_>) -> Result<Archived, Reason> {
    Err(Reason::Unsupported)
}

/// Answers a packed request: `1` or `0` (a program or not) and the hashes in `out`, and their
/// length; or a negated [`Reason`].
#[must_use]
pub fn answer(request: &[u8], out: &mut [u8]) -> i32 {
    let result = Request::parse(request)
        .ok_or(Reason::Malformed)
        .and_then(|request| archive(&request));
    match result {
        Ok(Archived {
            hashes,
            is_executable,
        }) => {
            let text = format!("{}{hashes}", u8::from(is_executable));
            let Some(place) = out.get_mut(..text.len()) else {
                return -(Reason::IoError as i32);
            };
            place.copy_from_slice(text.as_bytes());
            text.len() as i32
        }
        Err(reason) => -(reason as i32),
    }
}
