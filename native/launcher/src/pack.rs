//! From the parts to the single file.

use crate::Error;
use crate::image::{self, Chunk, Part};
use std::sync::Mutex;
use std::thread;
use zstd_safe::{CCtx, CParameter, ParamSwitch};

/// Length of a piece before compression. Pieces are what the launcher unpacks in parallel; one,
/// packed and plain, fits a processor core's cache. Longer ones pack better and unpack slower.
const CHUNK_BYTES: usize = 1 << 20;

/// What the compression is to be good for.
#[derive(Clone, Copy, Debug)]
pub enum Effort {
    /// Packed in seconds, unpacked at every start as fast as possible.
    Normal,
    /// Packed in a minute or two, a tenth smaller, unpacked slower.
    Best,
}

impl Effort {
    /// Literals left as they are cost 6 % in size and save a quarter of the time to unpack.
    fn parameters(self) -> [CParameter; 2] {
        match self {
            Effort::Normal => [
                CParameter::CompressionLevel(12),
                CParameter::LiteralCompressionMode(ParamSwitch::Disable),
            ],
            Effort::Best => [
                CParameter::CompressionLevel(22),
                CParameter::LiteralCompressionMode(ParamSwitch::Auto),
            ],
        }
    }
}

/// The single file: `launcher`, the compressed parts (in the order of [`Part::ALL`], of which the last
/// may be missing), the index.
///
/// # Errors
/// [`Error::Usage`] when a part is empty; [`Error::System`] when compression fails.
pub fn pack(launcher: &[u8], parts: &[Vec<u8>], effort: Effort) -> Result<Vec<u8>, Error> {
    for (part, content) in Part::ALL.iter().zip(parts) {
        if content.is_empty() {
            return Err(Error::Usage(format!("the {} is empty", part.name())));
        }
    }
    let pieces: Vec<(Part, &[u8])> = Part::ALL
        .into_iter()
        .zip(parts)
        .flat_map(|(part, content)| content.chunks(CHUNK_BYTES).map(move |piece| (part, piece)))
        .collect();
    let frames = compress_all(&pieces, effort)?;

    let mut file = launcher.to_vec();
    let mut chunks = Vec::with_capacity(pieces.len());
    for ((part, piece), frame) in pieces.into_iter().zip(frames) {
        chunks.push(Chunk {
            part,
            offset: file.len() as u64,
            packed_bytes: frame.len() as u64,
            plain_bytes: piece.len() as u64,
            sha256: image::sha256(&frame),
        });
        file.extend_from_slice(&frame);
    }
    let index_offset = file.len() as u64;
    file.extend_from_slice(&image::encode_trailer(&chunks, index_offset));
    Ok(file)
}

fn compress_all(pieces: &[(Part, &[u8])], effort: Effort) -> Result<Vec<Vec<u8>>, Error> {
    let next = Mutex::new(0..pieces.len());
    let work = || -> Result<Vec<(usize, Vec<u8>)>, Error> {
        let mut done = Vec::new();
        loop {
            let Some(at) = next
                .lock()
                .expect("no worker panics while it holds the lock")
                .next()
            else {
                return Ok(done);
            };
            let frame = compress(pieces[at].1, effort)
                .map_err(|code| Error::Usage(zstd_safe::get_error_name(code).into()))?;
            done.push((at, frame));
        }
    };
    let mut numbered = thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("workers do not panic"))
            .collect::<Result<Vec<_>, Error>>()
    })?
    .concat();
    numbered.sort_unstable_by_key(|(at, _)| *at);
    Ok(numbered.into_iter().map(|(_, frame)| frame).collect())
}

fn compress(piece: &[u8], effort: Effort) -> Result<Vec<u8>, zstd_safe::ErrorCode> {
    let mut compressor = CCtx::create();
    for parameter in effort.parameters() {
        compressor.set_parameter(parameter)?;
    }
    let mut frame = vec![0; zstd_safe::compress_bound(piece.len())];
    let frame_bytes = compressor.compress2(&mut frame[..], piece)?;
    frame.truncate(frame_bytes);
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Place;
    use crate::unpack::Image;
    use std::io::Write;
    use std::sync::Mutex;

    const LAUNCHER: &[u8] = b"launcher";

    fn parts() -> [Vec<u8>; Part::ALL.len()] {
        let runtime = (0..CHUNK_BYTES as u32 / 4 + 1000)
            .flat_map(|n| (n / 7).to_le_bytes())
            .collect();
        [runtime, b"script".to_vec(), vec![7; 100_000], vec![0]]
    }

    struct Memory(Mutex<Vec<u8>>);

    impl Place for Memory {
        fn put(&self, content: &[u8], offset: u64) -> Result<(), Error> {
            let mut bytes = self.0.lock().expect("no panic while locked");
            bytes[offset as usize..][..content.len()].copy_from_slice(content);
            Ok(())
        }
    }

    /// The parts of `content`, unpacked in memory.
    fn unpack(content: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(content).expect("space");
        let image = Image::open(file)?;
        let places =
            Part::ALL.map(|part| Memory(Mutex::new(vec![0; image.bytes_of(part) as usize])));
        let pairs = Part::ALL.into_iter().zip(&places);
        let pairs: Vec<_> = pairs
            .map(|(part, place)| (part, place as &dyn Place))
            .collect();
        image.unpack(&pairs)?;
        Ok(places
            .map(|place| place.0.into_inner().expect("no panic"))
            .to_vec())
    }

    #[test]
    fn packed_parts_come_out_as_they_went_in() {
        let parts = parts();
        assert!(
            parts[0].len() > CHUNK_BYTES,
            "the runtime must need several pieces"
        );
        let packed = pack(LAUNCHER, &parts, Effort::Normal).expect("a single file");
        assert!(packed.starts_with(LAUNCHER));
        assert!(unpack(&packed).expect("the parts") == parts);
    }

    #[test]
    fn without_the_last_part_it_is_whole_on_windows_alone() {
        let packed = pack(LAUNCHER, &parts()[..3], Effort::Normal).expect("a single file");
        assert_eq!(unpack(&packed).is_ok(), cfg!(windows));
    }

    #[test]
    fn damage_is_noticed_and_named() {
        let packed = pack(LAUNCHER, &parts(), Effort::Normal).expect("a single file");
        let refusal = |content: &[u8]| unpack(content).expect_err("damage").to_string();

        let mut altered = packed.clone();
        altered[LAUNCHER.len() + 20] ^= 1;
        assert!(refusal(&altered).contains("piece of its runtime at byte 8 "));

        assert!(refusal(&packed[..packed.len() - 1]).contains("no program behind the launcher"));
        assert!(refusal(&packed[..10]).contains("too short"));

        let mut longer = packed[..packed.len() - image::RECORD_BYTES].to_vec();
        longer.push(0);
        longer.extend_from_slice(&packed[packed.len() - image::RECORD_BYTES..]);
        assert!(refusal(&longer).contains("footer describes"));
    }

    #[test]
    fn an_empty_part_is_refused() {
        let mut parts = parts();
        parts[1].clear();
        let refusal = pack(LAUNCHER, &parts, Effort::Normal).expect_err("an empty script");
        assert_eq!(refusal.to_string(), "the script is empty");
    }
}
