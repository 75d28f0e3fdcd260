//! The result and its text, and what computes it.

use crate::request::Algorithms;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fmt;

/// The computed digests; what was not asked for, or does not exist, is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// SHA-1.
    pub sha1: Option<[u8; 20]>,
    /// MD5.
    pub md5: Option<[u8; 16]>,
    /// SHA-256.
    pub sha256: Option<[u8; 32]>,
    /// MD5 over the imported functions; absent for anything but a PE file with imports.
    pub imphash: Option<[u8; 16]>,
}

impl fmt::Display for Digests {
    /// Sysmon's Hashes text: `SHA1=…,MD5=…,SHA256=…,IMPHASH=…` in this order, lower-case hex
    /// (config-semantics T16). Empty when there is no digest.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: [(&str, Option<&[u8]>); 4] = [
            ("SHA1", self.sha1.as_ref().map(|bytes| &bytes[..])),
            ("MD5", self.md5.as_ref().map(|bytes| &bytes[..])),
            ("SHA256", self.sha256.as_ref().map(|bytes| &bytes[..])),
            ("IMPHASH", self.imphash.as_ref().map(|bytes| &bytes[..])),
        ];
        let mut separator = "";
        for (name, bytes) in parts {
            let Some(bytes) = bytes else { continue };
            write!(formatter, "{separator}{name}=")?;
            for byte in bytes {
                write!(formatter, "{byte:02x}")?;
            }
            separator = ",";
        }
        Ok(())
    }
}

/// Digests of a file's bytes under way.
pub(crate) struct Hashers {
    sha1: Option<Sha1>,
    md5: Option<Md5>,
    sha256: Option<Sha256>,
}

impl Hashers {
    pub(crate) fn new(algorithms: Algorithms) -> Self {
        Self {
            sha1: algorithms.contains(Algorithms::SHA1).then(Sha1::new),
            md5: algorithms.contains(Algorithms::MD5).then(Md5::new),
            sha256: algorithms.contains(Algorithms::SHA256).then(Sha256::new),
        }
    }

    /// Whether the bytes need not be read.
    pub(crate) fn is_empty(&self) -> bool {
        self.sha1.is_none() && self.md5.is_none() && self.sha256.is_none()
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        if let Some(sha1) = &mut self.sha1 {
            sha1.update(bytes);
        }
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(bytes);
        }
    }

    /// With the one digest that is not of the bytes.
    pub(crate) fn finish(self, imphash: Option<[u8; 16]>) -> Digests {
        Digests {
            sha1: self.sha1.map(|sha1| sha1.finalize().into()),
            md5: self.md5.map(|md5| md5.finalize().into()),
            sha256: self.sha256.map(|sha256| sha256.finalize().into()),
            imphash,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Digests;

    #[test]
    fn text_has_sysmons_order_and_lower_case() {
        let all = Digests {
            sha1: Some([0xAB; 20]),
            md5: Some([0x01; 16]),
            sha256: Some([0xFF; 32]),
            imphash: Some([0; 16]),
        };
        let expected = format!(
            "SHA1={},MD5={},SHA256={},IMPHASH={}",
            "ab".repeat(20),
            "01".repeat(16),
            "ff".repeat(32),
            "00".repeat(16)
        );
        assert_eq!(all.to_string(), expected);
        assert_eq!(expected.len(), 195);
    }

    #[test]
    fn absent_digests_leave_no_trace() {
        assert_eq!(Digests::default().to_string(), "");
        let only = Digests {
            sha256: Some([0; 32]),
            ..Digests::default()
        };
        assert_eq!(only.to_string(), format!("SHA256={}", "00".repeat(32)));
    }
}
