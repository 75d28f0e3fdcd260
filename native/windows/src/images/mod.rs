//! What image files on Windows say of themselves, and Windows of their signatures, remembered by file.

mod recent;
mod trust;

use monomi_hash::{Described, Reason, Request, Signature, describe_file, short_text};
pub(crate) use recent::Recent;
use std::fs::File;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
pub use trust::SignatureTrust;

/// Answers remembered.
const MOST: usize = 4096;
/// For how long.
const FRESH: Duration = Duration::from_secs(3600);
/// For how long it is remembered that Windows did not say, or could not be asked, whether it trusts a
/// signature.
const SHORTLY: Duration = Duration::from_secs(60);
/// Signatures being verified at a time; where certificates are looked for on the network, one may hang.
const MOST_VERIFIED: usize = 4;

/// Streams above so many bytes are no texts to be shown.
const LONGEST_TEXT: usize = 1024;

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
pub trait ImageFiles: Send + Sync + 'static {
    /// Opens a regular file for reading, and nothing else.
    ///
    /// # Errors
    /// Why it is not opened.
    fn open(&self, path: &str) -> Result<File, Reason>;
    /// Which file and version it is; None where that is not known.
    fn version(&self, file: &File) -> Option<FileVersion>;
}

/// Which answer: of which file, and to which questions.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    version: FileVersion,
    algorithms: u16,
    wants_signer: bool,
    checks_revocation: bool,
}

struct Known {
    described: Described,
    until: Instant,
}

impl Known {
    fn of(described: &Described, time: Duration) -> Self {
        Self {
            described: described.clone(),
            until: Instant::now() + time,
        }
    }

    fn holds(&self) -> bool {
        self.until > Instant::now()
    }
}

type Memory = Mutex<Recent<Key, Known>>;

/// Describes images.
pub struct Images {
    files: Box<dyn ImageFiles>,
    trust: Arc<dyn SignatureTrust>,
    known: Arc<Memory>,
    verifying: Arc<AtomicUsize>,
}

impl Images {
    /// Without any memory yet.
    pub fn new(files: impl ImageFiles, trust: impl SignatureTrust) -> Self {
        Self {
            files: Box::new(files),
            trust: Arc::new(trust),
            known: Arc::new(Mutex::new(Recent::new(MOST))),
            verifying: Arc::default(),
        }
    }

    /// What is to be known of the file at `path`, its version being that of the moment of opening. What
    /// Windows has not said of the signature in the request's time, is not in the answer.
    ///
    /// # Errors
    /// Why nothing is to be known.
    pub fn describe(&self, path: &str, request: &Request<'_>) -> Result<Described, Reason> {
        let started = Instant::now();
        let mut file = self.files.open(path)?;
        // What begins like no program is asked for once, and small to read.
        let key = match request.only_programs {
            true => None,
            false => self.key(&file, path, request),
        };
        if let Some(known) = key.and_then(|key| recall(&self.known, &key)) {
            return Ok(known);
        }
        let mut described = describe_file(&mut file, request)?;
        if is_stream(path) {
            described.contents = short_text(&mut file, LONGEST_TEXT)?;
        }
        let key = key.filter(|key| self.files.version(&file) == Some(key.version));
        if request.wants_signer {
            let left = request.budget.saturating_sub(started.elapsed());
            let answer = self.verified(file, path, request, key, &described, left);
            match (answer, key) {
                (Some(signature), _) => described.signature = signature,
                // Else each event of this file would have it read and asked about again.
                (None, Some(key)) => remember_shortly(&self.known, key, &described),
                (None, None) => {}
            }
        } else if let Some(key) = key {
            remember(&self.known, key, &described, FRESH);
        }
        Ok(described)
    }

    /// Asks Windows on another thread, which may outlast this call; its answer is remembered anyway. None
    /// where Windows says nothing in the time that is `left`, or is being asked too much already.
    fn verified(
        &self,
        file: File,
        path: &str,
        request: &Request<'_>,
        key: Option<Key>,
        described: &Described,
        left: Duration,
    ) -> Option<Option<Signature>> {
        let place = Place::taken(&self.verifying)?;
        let (answer, answers) = channel();
        let (trust, known) = (Arc::clone(&self.trust), Arc::clone(&self.known));
        let (path, mut whole) = (path.to_owned(), described.clone());
        let checks_revocation = request.checks_revocation;
        let work = move || {
            let _place = place;
            let facts = whole.facts.as_ref();
            whole.signature = trust::judge(&*trust, &file, &path, facts, checks_revocation);
            if let Some(key) = key {
                remember(&known, key, &whole, FRESH);
            }
            // Whoever asked may be gone by now.
            let _ = answer.send(whole.signature);
        };
        std::thread::Builder::new().spawn(work).ok()?;
        answers.recv_timeout(left).ok()
    }

    fn key(&self, file: &File, path: &str, request: &Request<'_>) -> Option<Key> {
        // A stream has the number of its file.
        let version = self.files.version(file).filter(|_| !is_stream(path))?;
        Some(Key {
            version,
            algorithms: request.algorithms.bits(),
            wants_signer: request.wants_signer,
            checks_revocation: request.checks_revocation,
        })
    }
}

fn is_stream(path: &str) -> bool {
    path.rsplit('\\').next().unwrap_or(path).contains(':')
}

/// One of the places for verifications.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn taken(places: &Arc<AtomicUsize>) -> Option<Self> {
        let place = Self(Arc::clone(places));
        let before = places.fetch_add(1, Ordering::AcqRel);
        (before < MOST_VERIFIED).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn recall(known: &Memory, key: &Key) -> Option<Described> {
    let mut known = locked(known);
    let found = known.get(key).filter(|found| found.holds())?;
    Some(found.described.clone())
}

fn remember(known: &Memory, key: Key, described: &Described, time: Duration) {
    locked(known).insert(key, Known::of(described, time));
}

/// Unless Windows has said it at the last moment.
fn remember_shortly(known: &Memory, key: Key, described: &Described) {
    let mut known = locked(known);
    if !known.get(&key).is_some_and(Known::holds) {
        known.insert(key, Known::of(described, SHORTLY));
    }
}

fn locked(known: &Memory) -> MutexGuard<'_, Recent<Key, Known>> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
