//! What a PE file says of itself: its version resource, and who signed it.

pub(crate) mod image;
mod resource;
mod signer;
mod version;

use crate::Reason;
use image::{PeImage, ReadAt};

/// Sysmon's fields about an image; empty where the file does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeFacts {
    /// `FileVersion` of the version resource's strings.
    pub file_version: String,
    /// `FileDescription`.
    pub description: String,
    /// `ProductName`.
    pub product: String,
    /// `CompanyName`.
    pub company: String,
    /// `OriginalFilename`.
    pub original_file_name: String,
    /// Whether a signature is embedded. Nothing is verified, and most files of Windows itself are
    /// signed by catalogs elsewhere.
    pub is_signed: bool,
    /// Simple name of the embedded signature's signer; empty also where it cannot be read.
    pub signer: String,
}

/// Reads what the PE file behind `read` says; `None` for what is no PE file. As for IMPHASH, `read`
/// fills a buffer from an offset as far as the file of `size` bytes reaches.
///
/// # Errors
/// Only what `read` reports; no content of the file is an error.
pub(crate) fn facts<R: ReadAt>(read: R, size: u64) -> Result<Option<PeFacts>, Reason> {
    let Some(mut image) = PeImage::parse(read, size)? else {
        return Ok(None);
    };
    let mut facts = match resource::version_resource(&mut image)? {
        Some(bytes) => version::strings(&bytes),
        None => PeFacts::default(),
    };
    if let Some(signature) = signer::signature(&mut image)? {
        facts.is_signed = true;
        facts.signer = signer::name(&signature).unwrap_or_default();
    }
    Ok(Some(facts))
}

/// The same for the bytes of a whole file.
#[must_use]
pub fn facts_of_bytes(file: &[u8]) -> Option<PeFacts> {
    let read = |offset: u64, bytes: &mut [u8]| {
        let start = usize::try_from(offset).map_or(file.len(), |at| at.min(file.len()));
        let taken = bytes.len().min(file.len() - start);
        bytes[..taken].copy_from_slice(&file[start..start + taken]);
        Ok(taken)
    };
    facts(read, file.len() as u64).ok().flatten()
}

/// Simple name of who signed a PKCS #7 message, such as a catalog.
#[must_use]
pub fn signer_of(message: &[u8]) -> Option<String> {
    signer::name(message)
}

#[cfg(test)]
mod tests;
