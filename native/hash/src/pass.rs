//! One pass over an open file for all digests.

use crate::Reason;
use crate::deadline::Deadline;
use crate::digests::{Digests, Hashers};
use crate::imphash::imphash;
use crate::open::Image;
use crate::request::{Algorithms, Request};
use std::cell::RefCell;
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;

const CHUNK_SIZE: usize = 256 << 10;

thread_local! {
    static CHUNK: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Computes what `request` asks for.
///
/// # Errors
/// [`Reason::Timeout`], [`Reason::IoError`], or [`Reason::Changed`] when the file was written to
/// in the meantime.
pub(crate) fn digest_image(
    image: &Image,
    request: &Request<'_>,
    deadline: &Deadline,
) -> Result<Digests, Reason> {
    let mut hashers = Hashers::new(request.algorithms);
    if !hashers.is_empty() {
        for_each_chunk(&image.file, image.stamp.size, deadline, |chunk| {
            hashers.update(chunk);
        })?;
    }
    let imphash = if request.algorithms.contains(Algorithms::IMPHASH) {
        let read = |offset, bytes: &mut [u8]| read_fully_at(&image.file, offset, bytes);
        imphash(read, image.stamp.size, &|| deadline.check())?
    } else {
        None
    };
    image.unchanged()?;
    Ok(hashers.finish(imphash))
}

fn for_each_chunk(
    file: &File,
    size: u64,
    deadline: &Deadline,
    mut take: impl FnMut(&[u8]),
) -> Result<(), Reason> {
    CHUNK.with_borrow_mut(|chunk| {
        chunk.resize(CHUNK_SIZE, 0);
        let mut offset = 0;
        while offset < size {
            deadline.check()?;
            let wanted = usize::try_from(size - offset).map_or(CHUNK_SIZE, |n| n.min(CHUNK_SIZE));
            let got = read_at(file, offset, &mut chunk[..wanted])?;
            if got == 0 {
                return Err(Reason::Changed);
            }
            take(&chunk[..got]);
            offset += got as u64;
        }
        Ok(())
    })
}

/// Fills `bytes` as far as the file reaches.
pub(crate) fn read_fully_at(file: &File, offset: u64, bytes: &mut [u8]) -> Result<usize, Reason> {
    let mut filled = 0;
    while filled < bytes.len() {
        let got = read_at(
            file,
            offset.saturating_add(filled as u64),
            &mut bytes[filled..],
        )?;
        if got == 0 {
            break;
        }
        filled += got;
    }
    Ok(filled)
}

fn read_at(file: &File, offset: u64, bytes: &mut [u8]) -> Result<usize, Reason> {
    loop {
        match file.read_at(bytes, offset) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // Offsets beyond what the kernel can express come from hostile headers.
            Err(error) if error.kind() == ErrorKind::InvalidInput => return Ok(0),
            other => return other.map_err(|_| Reason::IoError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::tests::image_with;
    use std::time::Duration;

    #[test]
    fn a_file_that_shrank_or_grew_during_the_pass_has_changed() {
        for size in [0, 5, 100] {
            let image = image_with(b"content", true);
            image.file.set_len(size).unwrap();
            let result = digest_image(&image, &Request::default(), &Deadline::after(Duration::MAX));
            assert_eq!(result, Err(Reason::Changed), "{size} bytes");
        }
    }
}
