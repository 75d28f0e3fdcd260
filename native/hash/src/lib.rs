//! Digests of program images.
//!
//! One call hashes one file with every configured algorithm in a single pass. The file is named
//! by what the kernel saw (process, path, device, inode, size, times), and what is opened must
//! still be that file: a FIFO, terminal, device or foreign file in its place is never opened.
//! Needs Linux 5.8 and `/proc`; other systems answer [`Reason::Unsupported`].
//!
//! Nothing here blocks on purpose: size, time and memory are bounded by the request, and file
//! systems served by unprivileged user-space daemons are refused. What can still stall a read (a
//! dead network file system) is the caller's to survive, see docs/hashing.md.
//!
//! ```no_run
//! use monomi_hash::{Algorithms, Request, digest};
//! let request = Request {
//!     pid: std::process::id(),
//!     algorithms: Algorithms::SHA256,
//!     ..Request::default()
//! };
//! println!("{}", digest(&request).expect("own image"));
//! ```
#![forbid(unsafe_code)]

mod answer;
mod deadline;
mod described;
mod digests;
mod imphash;
#[cfg(target_os = "linux")]
mod open;
#[cfg(target_os = "linux")]
mod pass;
mod pe;
#[cfg(target_os = "linux")]
mod program;
mod reason;
mod request;

pub use answer::{ANSWER_CAPACITY, answer};
pub use described::{Described, describe};
pub use digests::Digests;
pub use pe::{PeFacts, facts_of_bytes};
pub use reason::Reason;
pub use request::{Algorithms, Identity, REQUEST_HEADER_SIZE, REQUEST_VERSION, Request, Stamp};

/// Opens the file that `request` names and digests it.
///
/// # Errors
/// The [`Reason`] why there are no digests; the most telling one of all places that were tried.
#[cfg(target_os = "linux")]
pub fn digest(request: &Request<'_>) -> Result<Digests, Reason> {
    let deadline = deadline::Deadline::after(request.budget);
    if request.only_programs {
        // What a large file is, is told by its beginning.
        let unlimited = Request {
            max_size: u64::MAX,
            ..request.clone()
        };
        let image = open::open_image(&unlimited)?;
        if !program::is_program(|offset, bytes| pass::read_fully_at(&image.file, offset, bytes))? {
            return Err(Reason::NotProgram);
        }
        if image.stamp.size > request.max_size {
            return Err(Reason::TooLarge);
        }
        return pass::digest_image(&image, request, &deadline);
    }
    let image = open::open_image(request)?;
    pass::digest_image(&image, request, &deadline)
}

/// Opens the file that `request` names and digests it; not possible on this system.
///
/// # Errors
/// Always [`Reason::Unsupported`].
#[cfg(not(target_os = "linux"))]
pub fn digest(_request: &Request<'_>) -> Result<Digests, Reason> {
    Err(Reason::Unsupported)
}
