//! From the single file to its verified parts.

use crate::Error;
use crate::image::{self, Chunk, Part, RECORD_BYTES};
use crate::place::{Place, read_exact_at};
use std::fs::File;
use std::io::ErrorKind;
use std::sync::Mutex;
use std::thread;

const MAX_THREADS: usize = 4;

/// A single file that is open, with its verified index.
#[derive(Debug)]
pub struct Image {
    file: File,
    chunks: Vec<Chunk>,
    sha256: [u8; 32],
}

/// One chunk and the place its plain bytes belong to.
struct Job<'a> {
    chunk: &'a Chunk,
    place: &'a dyn Place,
    offset: u64,
}

impl Image {
    /// Reads and verifies the index of `file`.
    ///
    /// # Errors
    /// [`Error::Damaged`] when it differs from what was packed; [`Error::System`] when the file
    /// cannot be read.
    pub fn open(file: File) -> Result<Self, Error> {
        let read_failed = |cause| Error::system("read this file", cause);
        let file_bytes = file.metadata().map_err(read_failed)?.len();
        let footer_offset = file_bytes
            .checked_sub(RECORD_BYTES as u64)
            .ok_or_else(|| Error::Damaged("it is too short".into()))?;
        let mut footer = [0; RECORD_BYTES];
        read_exact_at(&file, &mut footer, footer_offset).map_err(read_failed)?;
        let footer = image::decode_footer(&footer, file_bytes)?;
        let mut index = vec![0; footer.index_bytes];
        read_exact_at(&file, &mut index, footer.index_offset).map_err(read_failed)?;
        let chunks = image::decode_index(&index, &footer)?;
        let sha256 = image::sha256(&index);
        Ok(Self {
            file,
            chunks,
            sha256,
        })
    }

    /// SHA-256 of the index, which holds the digests of all content.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// Length of a part.
    pub fn bytes_of(&self, part: Part) -> u64 {
        let pieces = self.chunks.iter().filter(|chunk| chunk.part == part);
        pieces.map(|chunk| chunk.plain_bytes).sum()
    }

    /// Unpacks every part to the place in `places` that is its own, verified piece by piece, on as
    /// many threads as there are processors, four at most.
    ///
    /// # Errors
    /// [`Error::Damaged`] when anything differs from what was packed, naming the part;
    /// [`Error::System`] when the file cannot be read; what a place refuses with.
    pub fn unpack(&self, places: &[(Part, &dyn Place)]) -> Result<(), Error> {
        let mut jobs = Vec::with_capacity(self.chunks.len());
        for &(part, place) in places {
            let mut offset = 0;
            for chunk in self.chunks.iter().filter(|chunk| chunk.part == part) {
                jobs.push(Job {
                    chunk,
                    place,
                    offset,
                });
                offset += chunk.plain_bytes;
            }
        }
        let threads = thread::available_parallelism()
            .map_or(1, usize::from)
            .min(MAX_THREADS);
        let queue = Mutex::new(jobs.into_iter());
        thread::scope(|scope| {
            let work = || -> Result<(), Error> {
                let mut buffers = Buffers::default();
                loop {
                    let job = queue
                        .lock()
                        .expect("no worker panics while it holds the lock")
                        .next();
                    match job {
                        Some(job) => unpack_chunk(&self.file, &job, &mut buffers)?,
                        None => return Ok(()),
                    }
                }
            };
            // A thread that cannot be started is not missed: this one does the work then.
            let helpers: Vec<_> = (1..threads)
                .filter_map(|_| thread::Builder::new().spawn_scoped(scope, work).ok())
                .collect();
            let mut outcome = work();
            for helper in helpers {
                outcome = outcome.and(helper.join().expect("workers do not panic"));
            }
            outcome
        })
    }
}

/// Reused from piece to piece, so that they stay in the processor's cache.
#[derive(Default)]
struct Buffers {
    packed: Vec<u8>,
    plain: Vec<u8>,
}

fn unpack_chunk(file: &File, job: &Job<'_>, buffers: &mut Buffers) -> Result<(), Error> {
    let Job {
        chunk,
        place,
        offset,
    } = job;
    let damaged = || {
        Error::Damaged(format!(
            "the piece of its {} at byte {} does not match its SHA-256",
            chunk.part.name(),
            chunk.offset
        ))
    };
    let packed = exactly(&mut buffers.packed, chunk.packed_bytes)?;
    let plain = exactly(&mut buffers.plain, chunk.plain_bytes)?;
    read_exact_at(file, packed, chunk.offset)
        .map_err(|cause| Error::system("read this file", cause))?;
    // The decoder never sees what was not packed: what it is given has just been verified.
    if image::sha256(packed) != chunk.sha256 {
        return Err(damaged());
    }
    let plain_bytes = zstd_safe::decompress(plain, packed).map_err(|_| damaged())?;
    if plain_bytes != plain.len() {
        return Err(damaged());
    }
    place.put(plain, *offset)
}

fn exactly(buffer: &mut Vec<u8>, bytes: u64) -> Result<&mut [u8], Error> {
    let bytes = bytes as usize;
    buffer
        .try_reserve_exact(bytes.saturating_sub(buffer.len()))
        .map_err(|_| Error::system("unpack this file", ErrorKind::OutOfMemory.into()))?;
    buffer.resize(bytes.max(buffer.len()), 0);
    Ok(&mut buffer[..bytes])
}
