//! From the single file to verified memory files.

use crate::Error;
use crate::image::{self, Chunk, Part, RECORD_BYTES};
use crate::memory::{Draft, Use};
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::sync::Mutex;
use std::thread;

const MAX_THREADS: usize = 4;

/// The parts of a single file, each in its own sealed memory file.
#[derive(Debug)]
pub struct Parts {
    /// The JavaScript runtime; closed on exec.
    pub runtime: File,
    /// The bundled program.
    pub script: File,
    /// The native library.
    pub library: File,
    /// The library that names the process.
    pub preload: File,
}

/// Unpacks and verifies every part of `file`, on as many threads as there are processors, four at
/// most.
///
/// # Errors
/// [`Error::Damaged`] when anything differs from what was packed, naming the part;
/// [`Error::System`] when the file cannot be read or memory files cannot be made.
pub fn unpack(file: &File) -> Result<Parts, Error> {
    let chunks = read_index(file)?;
    let drafts = Part::ALL.map(|part| {
        let bytes = pieces_of(part, &chunks)
            .map(|chunk| chunk.plain_bytes)
            .sum();
        match part {
            Part::Runtime => Draft::new("monomi", bytes, Use::Program),
            _ => Draft::new(part.name(), bytes, Use::Data),
        }
    });
    fill(file, &chunks, &drafts)?;
    let [runtime, script, library, preload] = drafts.map(|draft| draft.and_then(Draft::seal));
    Ok(Parts {
        runtime: runtime?,
        script: script?,
        library: library?,
        preload: preload?,
    })
}

fn pieces_of(part: Part, chunks: &[Chunk]) -> impl Iterator<Item = &Chunk> {
    chunks.iter().filter(move |chunk| chunk.part == part)
}

fn read_index(file: &File) -> Result<Vec<Chunk>, Error> {
    let read_failed = |cause| Error::system("read this file", cause);
    let file_bytes = file.metadata().map_err(read_failed)?.len();
    let footer_offset = file_bytes
        .checked_sub(RECORD_BYTES as u64)
        .ok_or_else(|| Error::Damaged("it is too short".into()))?;
    let mut footer = [0; RECORD_BYTES];
    file.read_exact_at(&mut footer, footer_offset)
        .map_err(read_failed)?;
    let footer = image::decode_footer(&footer, file_bytes)?;
    let mut index = vec![0; footer.index_bytes];
    file.read_exact_at(&mut index, footer.index_offset)
        .map_err(read_failed)?;
    image::decode_index(&index, &footer)
}

/// One chunk and the place its plain bytes belong to.
struct Job<'a> {
    chunk: &'a Chunk,
    draft: &'a Draft,
    offset: u64,
}

fn fill(
    file: &File,
    chunks: &[Chunk],
    drafts: &[Result<Draft, Error>; Part::ALL.len()],
) -> Result<(), Error> {
    let mut jobs = Vec::with_capacity(chunks.len());
    for (part, draft) in Part::ALL.into_iter().zip(drafts) {
        let Ok(draft) = draft else { continue };
        let mut offset = 0;
        for chunk in pieces_of(part, chunks) {
            jobs.push(Job {
                chunk,
                draft,
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
                    Some(job) => unpack_chunk(file, &job, &mut buffers)?,
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

/// Reused from piece to piece, so that they stay in the processor's cache.
#[derive(Default)]
struct Buffers {
    packed: Vec<u8>,
    plain: Vec<u8>,
}

fn unpack_chunk(file: &File, job: &Job<'_>, buffers: &mut Buffers) -> Result<(), Error> {
    let Job {
        chunk,
        draft,
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
    file.read_exact_at(packed, chunk.offset)
        .map_err(|cause| Error::system("read this file", cause))?;
    // The decoder never sees what was not packed: what it is given has just been verified.
    if image::sha256(packed) != chunk.sha256 {
        return Err(damaged());
    }
    let plain_bytes = zstd_safe::decompress(plain, packed).map_err(|_| damaged())?;
    if plain_bytes != plain.len() {
        return Err(damaged());
    }
    draft.write(plain, *offset)
}

fn exactly(buffer: &mut Vec<u8>, bytes: u64) -> Result<&mut [u8], Error> {
    let bytes = bytes as usize;
    buffer
        .try_reserve_exact(bytes.saturating_sub(buffer.len()))
        .map_err(|_| Error::system("unpack this file", ErrorKind::OutOfMemory.into()))?;
    buffer.resize(bytes.max(buffer.len()), 0);
    Ok(&mut buffer[..bytes])
}
