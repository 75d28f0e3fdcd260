//! What image files on Windows say of themselves, remembered by file.

mod recent;

use monomi_hash::{Described, Reason, Request, describe_file};
use recent::Recent;
use std::fs::File;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Answers remembered.
const MOST: usize = 4096;
/// For how long.
const FRESH: Duration = Duration::from_secs(3600);

/// Tells one version of a file from every other file and version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileVersion {
    /// Serial number of the volume.
    pub volume: u64,
    /// Number of the file there.
    pub file: [u8; 16],
    /// In bytes.
    pub size: u64,
    /// Last write, FILETIME.
    pub written: i64,
    /// Last change of anything, FILETIME.
    pub changed: i64,
    /// Place of the last change in the volume's journal, which unlike times nobody can set; 0 without one.
    pub usn: i64,
}

/// How files are opened here.
pub trait ImageFiles: Send + Sync {
    /// Opens a regular file for reading, and nothing else.
    ///
    /// # Errors
    /// Why it is not opened.
    fn open(&self, path: &str) -> Result<File, Reason>;
    /// Which file and version it is; None where that is not known.
    fn version(&self, file: &File) -> Option<FileVersion>;
}

/// Which answer: of which file, and with which digests.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    version: FileVersion,
    algorithms: u16,
}

struct Known {
    described: Described,
    until: Instant,
}

/// Describes images.
pub struct Images<F> {
    files: F,
    known: Mutex<Recent<Key, Known>>,
}

impl<F: ImageFiles> Images<F> {
    /// Without any memory yet.
    pub fn new(files: F) -> Self {
        Self {
            files,
            known: Mutex::new(Recent::new(MOST)),
        }
    }

    /// What is to be known of the file at `path`, its version being that of the moment of opening.
    ///
    /// # Errors
    /// Why that is nothing.
    pub fn describe(&self, path: &str, request: &Request<'_>) -> Result<Described, Reason> {
        let mut file = self.files.open(path)?;
        // What begins like no program is asked for once, and small to read.
        let key = match request.only_programs {
            true => None,
            false => self.key(&file, path, request),
        };
        if let Some(known) = key.and_then(|key| self.recall(&key)) {
            return Ok(known);
        }
        let described = describe_file(&mut file, request)?;
        if let Some(key) = key.filter(|key| self.files.version(&file) == Some(key.version)) {
            let known = Known {
                described: described.clone(),
                until: Instant::now() + FRESH,
            };
            self.known().insert(key, known);
        }
        Ok(described)
    }

    fn key(&self, file: &File, path: &str, request: &Request<'_>) -> Option<Key> {
        // A stream has the number of its file.
        let is_stream = path.rsplit('\\').next().unwrap_or(path).contains(':');
        let version = self.files.version(file).filter(|_| !is_stream)?;
        Some(Key {
            version,
            algorithms: request.algorithms.bits(),
        })
    }

    fn recall(&self, key: &Key) -> Option<Described> {
        let mut known = self.known();
        let found = known.get(key)?;
        (found.until > Instant::now()).then(|| found.described.clone())
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Recent<Key, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
