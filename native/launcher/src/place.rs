//! Where unpacked pieces go, and reading and writing at offsets on every system.

use crate::Error;
use std::fs::File;
use std::io;

/// Takes the pieces of one part, in any order and from several threads.
pub trait Place: Sync {
    /// Takes the verified bytes at `offset` of the part.
    ///
    /// # Errors
    /// [`Error::System`] when they cannot be kept.
    fn put(&self, content: &[u8], offset: u64) -> Result<(), Error>;
}

/// Fills `buffer` with what the file has at `offset`.
///
/// # Errors
/// The system's refusal; `UnexpectedEof` when the file is shorter.
#[cfg(unix)]
pub fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

/// Fills `buffer` with what the file has at `offset`.
///
/// # Errors
/// The system's refusal; `UnexpectedEof` when the file is shorter.
#[cfg(windows)]
pub fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, buffer, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer = &mut buffer[read..];
        offset += read as u64;
    }
    Ok(())
}

/// Writes all of `content` at `offset`.
///
/// # Errors
/// The system's refusal.
#[cfg(unix)]
pub fn write_all_at(file: &File, content: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, content, offset)
}

/// Writes all of `content` at `offset`.
///
/// # Errors
/// The system's refusal.
#[cfg(windows)]
pub fn write_all_at(file: &File, mut content: &[u8], mut offset: u64) -> io::Result<()> {
    while !content.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, content, offset)?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        content = &content[written..];
        offset += written as u64;
    }
    Ok(())
}
