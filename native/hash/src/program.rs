//! Whether a file begins like a program: on Linux an ELF or PE image, or a script with `#!`; on Windows a PE image.

use crate::Reason;

/// Where an MS-DOS header says that the PE header is.
const PE_OFFSET_AT: usize = 60;

/// Whether Linux runs it. `read_at` fills as much of the buffer as the file reaches from an offset, and
/// says how much.
///
/// # Errors
/// What reading gives.
#[cfg(target_os = "linux")]
pub(crate) fn is_program(
    mut read_at: impl FnMut(u64, &mut [u8]) -> Result<usize, Reason>,
) -> Result<bool, Reason> {
    let mut head = [0; 4];
    let length = read_at(0, &mut head)?;
    let head = &head[..length];
    Ok(head.starts_with(b"\x7fELF") || head.starts_with(b"#!") || is_pe(read_at)?)
}

/// Whether Windows runs it; otherwise as [`is_program`].
///
/// # Errors
/// What reading gives.
pub(crate) fn is_pe(
    mut read_at: impl FnMut(u64, &mut [u8]) -> Result<usize, Reason>,
) -> Result<bool, Reason> {
    let mut head = [0; PE_OFFSET_AT + 4];
    let length = read_at(0, &mut head)?;
    let head = &head[..length];
    let Some(offset) = head.get(PE_OFFSET_AT..).and_then(<[u8]>::first_chunk) else {
        return Ok(false);
    };
    let mut signature = [0; 4];
    Ok(head.starts_with(b"MZ")
        && read_at(u32::from_le_bytes(*offset).into(), &mut signature)? == 4
        && signature == *b"PE\0\0")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn judge(bytes: &[u8]) -> bool {
        is_program(|offset, out| {
            let rest = bytes.get(offset as usize..).unwrap_or_default();
            let length = rest.len().min(out.len());
            out[..length].copy_from_slice(&rest[..length]);
            Ok(length)
        })
        .unwrap()
    }

    #[test]
    fn elf_pe_and_scripts_are_programs_and_nothing_else() {
        let mut pe = vec![0; 100];
        pe[..2].copy_from_slice(b"MZ");
        pe[60] = 96;
        pe[96..].copy_from_slice(b"PE\0\0");
        assert!(judge(&pe));
        assert!(judge(b"\x7fELF"));
        assert!(judge(b"#!/bin/sh\n"));
        for other in [&pe[..99], &pe[..60], b"MZ", b"", b"#", b"\x7fEL", b"text"] {
            assert!(!judge(other), "{other:?}");
        }
        pe[60..64].fill(0xff);
        assert!(!judge(&pe));
    }
}
