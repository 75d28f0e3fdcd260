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
    let mut drafts = Part::ALL.map(|part| {
        let bytes: u64 = chunks
            .iter()
            .filter(|chunk| chunk.part == part)
            .map(|c| c.plain_bytes)
            .sum();
        match part {
            Part::Runtime => Draft::new("monomi", bytes as usize, Use::Program),
            _ => Draft::new(part.name(), bytes as usize, Use::Data),
        }
    });
    fill(file, &chunks, &mut drafts)?;
    let [runtime, script, library, preload] = drafts.map(|draft| draft.and_then(Draft::seal));
    Ok(Parts {
        runtime: runtime?,
        script: script?,
        library: library?,
        preload: preload?,
    })
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
    target: &'a mut [u8],
}

fn fill(
    file: &File,
    chunks: &[Chunk],
    drafts: &mut [Result<Draft, Error>; Part::ALL.len()],
) -> Result<(), Error> {
    let mut jobs = Vec::with_capacity(chunks.len());
    for (part, draft) in Part::ALL.into_iter().zip(drafts) {
        let mut rest = match draft {
            Ok(draft) => draft.content(),
            Err(_) => continue,
        };
        for chunk in chunks.iter().filter(|chunk| chunk.part == part) {
            let (target, behind) = rest.split_at_mut(chunk.plain_bytes as usize);
            jobs.push(Job { chunk, target });
            rest = behind;
        }
    }
    let threads = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(MAX_THREADS);
    let queue = Mutex::new(jobs.into_iter());
    thread::scope(|scope| {
        let work = || -> Result<(), Error> {
            loop {
                let job = queue
                    .lock()
                    .expect("no worker panics while it holds the lock")
                    .next();
                match job {
                    Some(job) => unpack_chunk(file, job)?,
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

fn unpack_chunk(file: &File, Job { chunk, target }: Job<'_>) -> Result<(), Error> {
    let damaged = || {
        Error::Damaged(format!(
            "the piece of its {} at byte {} does not match its SHA-256",
            chunk.part.name(),
            chunk.offset
        ))
    };
    let packed_bytes = chunk.packed_bytes as usize;
    let mut frame = Vec::new();
    frame
        .try_reserve_exact(packed_bytes)
        .map_err(|_| Error::system("unpack this file", ErrorKind::OutOfMemory.into()))?;
    frame.resize(packed_bytes, 0);
    file.read_exact_at(&mut frame, chunk.offset)
        .map_err(|cause| Error::system("read this file", cause))?;
    let plain_bytes = zstd_safe::decompress(target, &frame).map_err(|_| damaged())?;
    if plain_bytes != target.len() || image::sha256(target) != chunk.sha256 {
        return Err(damaged());
    }
    Ok(())
}
