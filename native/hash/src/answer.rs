//! The byte-level call that the C ABI wraps.

use crate::{Reason, Request, digest_and_signer};
use std::io::Write;

/// Bytes that any answer fits into: all four digests take 195, a signer with its line end 257 at most.
pub const ANSWER_CAPACITY: usize = 512;

/// In bytes; X.520 allows common names of 64 characters.
const LONGEST_SIGNER: usize = 256;

/// Answers a packed request (see `request`) with Sysmon's Hashes text in `out`. Where the signer of a
/// module was asked for, and there is one, a line end and its name follow.
///
/// Returns the text's length in bytes, which is 0 when only IMPHASH was asked for and the file is
/// no PE file; or, below zero, the negated [`Reason`]. An `out` of fewer than
/// [`ANSWER_CAPACITY`] bytes is [`Reason::Unsupported`].
#[must_use]
pub fn answer(request: &[u8], out: &mut [u8]) -> i32 {
    match try_answer(request, out) {
        Ok(length) => length,
        Err(reason) => reason.code(),
    }
}

fn try_answer(packed: &[u8], out: &mut [u8]) -> Result<i32, Reason> {
    if out.len() < ANSWER_CAPACITY {
        return Err(Reason::Unsupported);
    }
    let (digests, signer) = digest_and_signer(&Request::unpack(packed)?)?;
    let mut rest = &mut out[..ANSWER_CAPACITY];
    write!(rest, "{digests}").map_err(|_| Reason::Unsupported)?;
    if let Some(signer) = signer {
        let end = signer.floor_char_boundary(LONGEST_SIGNER);
        write!(rest, "\n{}", &signer[..end]).map_err(|_| Reason::Unsupported)?;
    }
    let unused = rest.len();
    i32::try_from(ANSWER_CAPACITY - unused).map_err(|_| Reason::Unsupported)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::{Algorithms, digest};

    #[test]
    fn text_or_negated_reason() {
        let own_image = Request {
            pid: std::process::id(),
            algorithms: Algorithms::ALL,
            ..Request::default()
        };
        let mut out = [0xEE; ANSWER_CAPACITY];
        let length = usize::try_from(answer(&own_image.pack(), &mut out)).unwrap();
        assert_eq!(
            out[..length],
            *digest(&own_image).unwrap().to_string().as_bytes()
        );
        assert!(out[length..].iter().all(|&byte| byte == 0xEE));

        let gone = Request {
            path: b"/nonexistent",
            ..Request::default()
        };
        assert_eq!(answer(&gone.pack(), &mut out), -1);
        assert_eq!(answer(b"", &mut out), -9);
        assert_eq!(answer(&own_image.pack(), &mut [0; 195]), -9);
        let only_imphash = Request {
            algorithms: Algorithms::IMPHASH,
            ..own_image
        };
        assert_eq!(answer(&only_imphash.pack(), &mut out), 0);
    }
}
