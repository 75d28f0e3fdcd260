//! What is in an image's file.

use crate::{
    guarded_as,
    text::{self, Bytes},
};
use monomi_hash::{Described, Reason, Request};

/// Reads the file that a packed request ([`monomi_hash::Request`]; its path in UTF-8) names, and writes
/// [`monomi_hash::Described::to_text`]. Returns the bytes written or, below zero, the negated
/// [`Reason`]; a text that does not fit is [`Reason::Unsupported`].
///
/// # Safety
/// `request` must be readable and `out` writable for their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monomi_describe(
    request: *const u8,
    request_length: u32,
    out: *mut u8,
    length: u32,
) -> i32 {
    guarded_as(Reason::IoError.code(), || {
        // SAFETY: the caller's promise.
        let request = unsafe { text::borrow(request, request_length) };
        // SAFETY: the caller's promise.
        let out = unsafe { Bytes::new(out, length) }.into_slice();
        match described(request, out) {
            Ok(length) => length,
            Err(reason) => reason.code(),
        }
    })
}

fn described(request: &[u8], out: &mut [u8]) -> Result<i32, Reason> {
    let request = Request::unpack(request)?;
    let path = str::from_utf8(request.path).map_err(|_| Reason::Unsupported)?;
    let text = describe(path, &request)?.to_text();
    let out = out.get_mut(..text.len()).ok_or(Reason::Unsupported)?;
    out.copy_from_slice(text.as_bytes());
    Ok(text.len() as i32)
}

#[cfg(not(windows))]
fn describe(path: &str, request: &Request<'_>) -> Result<Described, Reason> {
    monomi_hash::describe(std::path::Path::new(path), request)
}

#[cfg(windows)]
fn describe(path: &str, request: &Request<'_>) -> Result<Described, Reason> {
    use monomi_windows::images::Images;
    use monomi_windows::live::{SystemFiles, Wintrust};
    static IMAGES: std::sync::LazyLock<Images> =
        std::sync::LazyLock::new(|| Images::new(SystemFiles, Wintrust::load()));
    IMAGES.describe(path, request)
}
