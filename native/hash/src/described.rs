//! One file by its path: digests, and what a PE file says of itself, for events of Windows.

use crate::Reason;
use crate::deadline::Deadline;
use crate::digests::Digests;
use crate::imphash::imphash;
use crate::pe::{self, PeFacts};
use crate::request::Algorithms;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

const CHUNK_SIZE: usize = 256 << 10;

/// What was found out about a file.
#[derive(Debug)]
pub struct Described {
    /// Those that were asked for.
    pub digests: Digests,
    /// None for what is no PE file.
    pub facts: Option<PeFacts>,
}

/// Reads the regular file at `path`. Unlike [`crate::digest`] it takes what stands there now: Windows
/// does not let anybody change or replace the file of an image that is in use.
///
/// # Errors
/// Why the file could not be read to its end: [`Reason::Gone`], [`Reason::Permission`],
/// [`Reason::NotRegular`], [`Reason::TooLarge`], [`Reason::Timeout`], [`Reason::IoError`].
pub fn describe(
    path: &Path,
    algorithms: Algorithms,
    max_size: u64,
    budget: Duration,
) -> Result<Described, Reason> {
    let deadline = Deadline::after(budget);
    // Asked before opening, which would wait for a writer of a FIFO.
    if !std::fs::metadata(path).map_err(reason)?.is_file() {
        return Err(Reason::NotRegular);
    }
    let mut file = File::open(path).map_err(reason)?;
    let size = file.metadata().map_err(reason)?.len();
    if size > max_size {
        return Err(Reason::TooLarge);
    }
    let (sha1, md5, sha256) = digests(&mut file, algorithms, &deadline)?;
    let mut read = |offset, bytes: &mut [u8]| read_at(&mut file, offset, bytes);
    let imphash = match algorithms.contains(Algorithms::IMPHASH) {
        true => imphash(&mut read, size, &|| deadline.check())?,
        false => None,
    };
    let facts = pe::facts(&mut read, size)?;
    let digests = Digests {
        sha1,
        md5,
        sha256,
        imphash,
    };
    Ok(Described { digests, facts })
}

impl Described {
    /// Eight texts with zero bytes between them: Hashes, FileVersion, Description, Product, Company,
    /// OriginalFileName, whether a signature is embedded (`true`, `false`, empty for what is no PE
    /// file), its signer.
    #[must_use]
    pub fn to_text(&self) -> String {
        let none = PeFacts::default();
        let facts = self.facts.as_ref().unwrap_or(&none);
        let signed = self.facts.as_ref().map(|facts| facts.is_signed.to_string());
        [
            &self.digests.to_string(),
            &facts.file_version,
            &facts.description,
            &facts.product,
            &facts.company,
            &facts.original_file_name,
            &signed.unwrap_or_default(),
            &facts.signer,
        ]
        .map(String::as_str)
        .join("\0")
    }
}

type Hashes = (Option<[u8; 20]>, Option<[u8; 16]>, Option<[u8; 32]>);

fn digests(file: &mut File, algorithms: Algorithms, deadline: &Deadline) -> Result<Hashes, Reason> {
    let mut sha1 = algorithms.contains(Algorithms::SHA1).then(Sha1::new);
    let mut md5 = algorithms.contains(Algorithms::MD5).then(Md5::new);
    let mut sha256 = algorithms.contains(Algorithms::SHA256).then(Sha256::new);
    let mut chunk = vec![0; CHUNK_SIZE];
    let is_wanted = sha1.is_some() || md5.is_some() || sha256.is_some();
    loop {
        deadline.check()?;
        if !is_wanted {
            break;
        }
        let got = file.read(&mut chunk).map_err(reason)?;
        if got == 0 {
            break;
        }
        let bytes = &chunk[..got];
        if let Some(sha1) = &mut sha1 {
            sha1.update(bytes);
        }
        if let Some(md5) = &mut md5 {
            md5.update(bytes);
        }
        if let Some(sha256) = &mut sha256 {
            sha256.update(bytes);
        }
    }
    Ok((
        sha1.map(|sha1| sha1.finalize().into()),
        md5.map(|md5| md5.finalize().into()),
        sha256.map(|sha256| sha256.finalize().into()),
    ))
}

fn read_at(file: &mut File, offset: u64, bytes: &mut [u8]) -> Result<usize, Reason> {
    // Offsets beyond what the system can express come from hostile headers.
    if i64::try_from(offset).is_err() {
        return Ok(0);
    }
    file.seek(SeekFrom::Start(offset)).map_err(reason)?;
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read(&mut bytes[filled..]).map_err(reason)? {
            0 => break,
            got => filled += got,
        }
    }
    Ok(filled)
}

fn reason(error: std::io::Error) -> Reason {
    match error.kind() {
        ErrorKind::NotFound => Reason::Gone,
        ErrorKind::PermissionDenied => Reason::Permission,
        _ => Reason::IoError,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_and_facts_of_one_file() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../fixtures/pe/versioned.exe"
        );
        let budget = Duration::from_secs(60);
        let all = describe(Path::new(path), Algorithms::ALL, 1 << 20, budget).unwrap();
        let bytes = std::fs::read(path).unwrap();
        assert_eq!(all.digests.sha256, Some(Sha256::digest(&bytes).into()));
        assert_eq!(all.digests.sha1, Some(Sha1::digest(&bytes).into()));
        assert_eq!(all.facts, crate::facts_of_bytes(&bytes));
        let small = describe(Path::new(path), Algorithms::ALL, 100, budget);
        assert_eq!(small.unwrap_err(), Reason::TooLarge);
        let missing = describe(Path::new("/nonexistent"), Algorithms::ALL, 1, budget);
        assert_eq!(missing.unwrap_err(), Reason::Gone);
        let folder = describe(Path::new("/"), Algorithms::ALL, 1, budget);
        assert_eq!(folder.unwrap_err(), Reason::NotRegular);
    }
}
