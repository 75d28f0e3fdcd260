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
mod pkcs7;
mod program;
mod reason;
mod request;
#[cfg(target_os = "linux")]
mod signature;

pub use answer::{ANSWER_CAPACITY, answer};
pub use described::{Described, Signature, describe, describe_file, short_text};
pub use digests::Digests;
pub use pe::{PeFacts, facts_of_bytes, signer_of};
pub use reason::Reason;
pub use request::{Algorithms, Identity, REQUEST_HEADER_SIZE, REQUEST_VERSION, Request, Stamp};

/// Opens the file that `request` names and digests it.
///
/// # Errors
/// The [`Reason`] why there are no digests; the most telling one of all places that were tried.
pub fn digest(request: &Request<'_>) -> Result<Digests, Reason> {
    digest_and_signer(request).map(|(digests, _)| digests)
}

/// The same, and who signed the file if it is a kernel module and that is asked for.
#[cfg(target_os = "linux")]
fn digest_and_signer(request: &Request<'_>) -> Result<(Digests, Option<String>), Reason> {
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
        return Ok((pass::digest_image(&image, request, &deadline)?, None));
    }
    let image = open::open_image(request)?;
    let signer = if request.wants_signer {
        let read = |offset, bytes: &mut [u8]| pass::read_fully_at(&image.file, offset, bytes);
        signature::signer(read, image.stamp.size)?
    } else {
        None
    };
    // The digests' pass ends with the proof that the file has not changed meanwhile.
    Ok((pass::digest_image(&image, request, &deadline)?, signer))
}

/// Not possible on this system: always [`Reason::Unsupported`].
#[cfg(not(target_os = "linux"))]
fn digest_and_signer(_request: &Request<'_>) -> Result<(Digests, Option<String>), Reason> {
    Err(Reason::Unsupported)
}
