//! One file by its path: digests, and what a PE file says of itself, for events of Windows.

use crate::Reason;
use crate::deadline::Deadline;
use crate::digests::{Digests, Hashers};
use crate::imphash::imphash;
use crate::pe::{self, PeFacts};
use crate::program::is_pe;
use crate::request::{Algorithms, Request};
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

const CHUNK_SIZE: usize = 256 << 10;

/// What was found out about a file.
#[derive(Clone, Debug)]
pub struct Described {
    /// Those that were asked for.
    pub digests: Digests,
    /// None for what is no PE file.
    pub facts: Option<PeFacts>,
    /// What the system says of its signature; None where nobody has asked, or none answered.
    pub signature: Option<Signature>,
    /// What it holds, where that was asked for and is a short text.
    pub contents: Option<String>,
}

/// A signature as far as the system trusts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Whether there is one.
    pub is_signed: bool,
    /// Who made it; empty where that is not known.
    pub signer: String,
    /// Sysmon's SignatureStatus.
    pub status: String,
}

/// Opens and reads the regular file at `path`. Unlike [`crate::digest`] it takes what stands there now.
///
/// # Errors
/// Why the file could not be read to its end: [`Reason::Gone`], [`Reason::Permission`], and those of
/// [`describe_file`].
pub fn describe(path: &Path, request: &Request<'_>) -> Result<Described, Reason> {
    // Asked before opening, which would wait for a writer of a FIFO.
    if !std::fs::metadata(path).map_err(reason)?.is_file() {
        return Err(Reason::NotRegular);
    }
    describe_file(&mut File::open(path).map_err(reason)?, request)
}

/// Reads an open file; its position is changed. Only what `request` wants of it counts, not which file
/// it names.
///
/// # Errors
/// [`Reason::NotProgram`], [`Reason::TooLarge`], [`Reason::Timeout`], [`Reason::IoError`].
pub fn describe_file(file: &mut File, request: &Request<'_>) -> Result<Described, Reason> {
    let deadline = Deadline::after(request.budget);
    let size = file.metadata().map_err(reason)?.len();
    let algorithms = request.algorithms;
    // What a large file is, is told by its beginning.
    if request.only_programs && !is_pe(|offset, bytes| read_at(file, offset, bytes))? {
        return Err(Reason::NotProgram);
    }
    if size > request.max_size {
        return Err(Reason::TooLarge);
    }
    let hashers = hashed(file, algorithms, &deadline)?;
    let mut read = |offset, bytes: &mut [u8]| read_at(file, offset, bytes);
    let imphash = match algorithms.contains(Algorithms::IMPHASH) {
        true => imphash(&mut read, size, &|| deadline.check())?,
        false => None,
    };
    let facts = pe::facts(&mut read, size)?;
    let digests = hashers.finish(imphash);
    Ok(Described {
        digests,
        facts,
        signature: None,
        contents: None,
    })
}

/// A file's text in one line, if it is UTF-8 of at most `longest` bytes: line ends become blanks.
///
/// # Errors
/// [`Reason::IoError`].
pub fn short_text(file: &mut File, longest: usize) -> Result<Option<String>, Reason> {
    let mut bytes = vec![0; longest + 1];
    let length = read_at(file, 0, &mut bytes)?;
    let text = match str::from_utf8(&bytes[..length]) {
        Ok(text) if length <= longest => text.replace(['\r', '\n', '\t'], " "),
        _ => return Ok(None),
    };
    let text = text.trim_end();
    Ok((!text.is_empty() && !text.contains(char::is_control)).then(|| text.to_owned()))
}

impl Described {
    /// Ten texts with zero bytes between them: Hashes, FileVersion, Description, Product, Company,
    /// OriginalFileName, Signed, Signature, SignatureStatus, Contents. What is not known is empty. An embedded
    /// signature about which the system says nothing is `Unverified`; without one, nothing is said of
    /// it, because a catalog may sign the file all the same.
    #[must_use]
    pub fn to_text(&self) -> String {
        let none = PeFacts::default();
        let facts = self.facts.as_ref().unwrap_or(&none);
        let (signed, signer, status) = match &self.signature {
            Some(told) if told.is_signed => ("true", &told.signer, &*told.status),
            Some(told) => ("false", &told.signer, &*told.status),
            None if facts.is_signed => ("true", &facts.signer, "Unverified"),
            None => ("", &facts.signer, ""),
        };
        [
            &*self.digests.to_string(),
            &*facts.file_version,
            &*facts.description,
            &*facts.product,
            &*facts.company,
            &*facts.original_file_name,
            signed,
            signer,
            status,
            self.contents.as_deref().unwrap_or_default(),
        ]
        .join("\0")
    }
}

fn hashed(file: &mut File, algorithms: Algorithms, deadline: &Deadline) -> Result<Hashers, Reason> {
    let mut hashers = Hashers::new(algorithms);
    let mut chunk = vec![0; CHUNK_SIZE];
    file.seek(SeekFrom::Start(0)).map_err(reason)?;
    loop {
        deadline.check()?;
        if hashers.is_empty() {
            break;
        }
        let got = file.read(&mut chunk).map_err(reason)?;
        if got == 0 {
            break;
        }
        hashers.update(&chunk[..got]);
    }
    Ok(hashers)
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
    use sha1::Sha1;
    use sha2::{Digest, Sha256};
    use std::time::Duration;

    const PROGRAM: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/pe/versioned.exe"
    );

    fn all_of() -> Request<'static> {
        Request {
            algorithms: Algorithms::ALL,
            budget: Duration::from_secs(60),
            ..Request::default()
        }
    }

    #[test]
    fn digests_and_facts_of_one_file() {
        let all = describe(Path::new(PROGRAM), &all_of()).unwrap();
        let bytes = std::fs::read(PROGRAM).unwrap();
        assert_eq!(all.digests.sha256, Some(Sha256::digest(&bytes).into()));
        assert_eq!(all.digests.sha1, Some(Sha1::digest(&bytes).into()));
        assert_eq!(all.facts, crate::facts_of_bytes(&bytes));
        let max_size = 100;
        let limited = Request {
            max_size,
            ..all_of()
        };
        let small = describe(Path::new(PROGRAM), &limited);
        assert_eq!(small.unwrap_err(), Reason::TooLarge);
        let missing = describe(Path::new("/nonexistent"), &all_of());
        assert_eq!(missing.unwrap_err(), Reason::Gone);
        let folder = describe(Path::new("/"), &all_of());
        assert_eq!(folder.unwrap_err(), Reason::NotRegular);
    }

    #[test]
    fn short_texts_are_one_line_and_nothing_else_is_one() {
        let path = std::env::temp_dir().join(format!("monomi-text-{}", std::process::id()));
        let shown = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            short_text(&mut File::open(&path).unwrap(), 32).unwrap()
        };
        let zone = shown(b"[ZoneTransfer]\r\nZoneId=3\r\n");
        assert_eq!(zone.as_deref(), Some("[ZoneTransfer]  ZoneId=3"));
        for other in [&b""[..], b"\xff", b"a\0b", b"\x1b[2J", &[b'x'; 33]] {
            assert_eq!(shown(other), None, "{other:?}");
        }
        assert_eq!(shown(&[b'x'; 32]).unwrap().len(), 32);
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn only_programs_where_nothing_else_is_wanted() {
        let only = Request {
            only_programs: true,
            ..all_of()
        };
        let program = describe(Path::new(PROGRAM), &only).unwrap();
        assert_eq!(
            program.digests,
            describe(Path::new(PROGRAM), &all_of()).unwrap().digests
        );
        let source = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
        assert_eq!(describe(source, &only).unwrap_err(), Reason::NotProgram);
        assert!(describe(source, &all_of()).is_ok());
    }
}
