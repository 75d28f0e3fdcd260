//! What Windows says of a signature, in Sysmon's words.

use monomi_hash::{PeFacts, Signature, signer_of};
use std::fs::File;
use std::io::Read;

/// Catalogs of Windows have less than 5 MiB.
const LARGEST_CATALOG: u64 = 32 << 20;

/// HRESULTs of winerror.h.
mod code {
    pub(super) const VALID: u32 = 0;
    pub(super) const CERT_E_EXPIRED: u32 = 0x800b_0101;
    pub(super) const CERT_E_REVOKED: u32 = 0x800b_010c;
    pub(super) const TRUST_E_EXPLICIT_DISTRUST: u32 = 0x800b_0111;
    pub(super) const TRUST_E_NOSIGNATURE: u32 = 0x800b_0100;
    pub(super) const TRUST_E_CERT_SIGNATURE: u32 = 0x8009_6004;
    pub(super) const TRUST_E_BAD_DIGEST: u32 = 0x8009_6010;
    pub(super) const TRUST_E_SUBJECT_NOT_TRUSTED: u32 = 0x800b_0004;
    pub(super) const CERT_E_UNTRUSTEDROOT: u32 = 0x800b_0109;
    pub(super) const CERT_E_CHAINING: u32 = 0x800b_010a;
    pub(super) const CERT_E_REVOCATION_FAILURE: u32 = 0x800b_010e;
    pub(super) const CRYPT_E_NO_REVOCATION_CHECK: u32 = 0x8009_2012;
    pub(super) const CRYPT_E_REVOCATION_OFFLINE: u32 = 0x8009_2013;
}

/// Who knows whether signatures are to be trusted.
pub trait SignatureTrust: Send + Sync + 'static {
    /// What WinVerifyTrust says of the signature in the file itself, 0 or an HRESULT; None where
    /// Windows cannot say.
    fn embedded(&self, file: &File, path: &str, checks_revocation: bool) -> Option<u32>;
    /// The catalog that signs the file, and what WinVerifyTrust says of it; None where there is none.
    fn catalog(&self, file: &File, path: &str, checks_revocation: bool) -> Option<(String, u32)>;
    /// Whether there are such functions.
    fn is_there(&self) -> bool;
}

/// The signature of an image: the one in it, else that of a catalog. None where Windows cannot say.
pub(super) fn judge(
    trust: &dyn SignatureTrust,
    file: &File,
    path: &str,
    facts: Option<&PeFacts>,
    checks_revocation: bool,
) -> Option<Signature> {
    if !trust.is_there() {
        return None;
    }
    if let Some(facts) = facts.filter(|facts| facts.is_signed) {
        let code = trust.embedded(file, path, checks_revocation)?;
        return Some(signature(facts.signer.clone(), code));
    }
    if let Some((catalog, code)) = trust.catalog(file, path, checks_revocation) {
        return Some(signature(
            signer_of_catalog(&catalog).unwrap_or_default(),
            code,
        ));
    }
    Some(Signature {
        is_signed: false,
        signer: String::new(),
        status: status(code::TRUST_E_NOSIGNATURE),
    })
}

fn signature(signer: String, code: u32) -> Signature {
    Signature {
        is_signed: true,
        signer,
        status: status(code),
    }
}

fn signer_of_catalog(path: &str) -> Option<String> {
    let file = File::open(path).ok()?;
    let mut message = Vec::new();
    file.take(LARGEST_CATALOG).read_to_end(&mut message).ok()?;
    signer_of(&message)
}

/// `Valid`, `Expired`, `Revoked` and `Unavailable` (no signature) are Sysmon's words; the others are ours.
fn status(code: u32) -> String {
    let word = match code {
        code::VALID => "Valid",
        code::CERT_E_EXPIRED => "Expired",
        code::CERT_E_REVOKED | code::TRUST_E_EXPLICIT_DISTRUST => "Revoked",
        code::TRUST_E_NOSIGNATURE => "Unavailable",
        code::TRUST_E_BAD_DIGEST | code::TRUST_E_CERT_SIGNATURE => "Invalid",
        code::TRUST_E_SUBJECT_NOT_TRUSTED | code::CERT_E_UNTRUSTEDROOT | code::CERT_E_CHAINING => {
            "Untrusted"
        }
        code::CERT_E_REVOCATION_FAILURE
        | code::CRYPT_E_NO_REVOCATION_CHECK
        | code::CRYPT_E_REVOCATION_OFFLINE => "RevocationUnknown",
        other => return format!("0x{other:08X}"),
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says what it is told to.
    struct Says {
        embedded: Option<u32>,
        catalog: Option<(String, u32)>,
    }

    impl SignatureTrust for Says {
        fn embedded(&self, _: &File, _: &str, checks_revocation: bool) -> Option<u32> {
            assert!(checks_revocation);
            self.embedded
        }

        fn catalog(&self, _: &File, _: &str, checks_revocation: bool) -> Option<(String, u32)> {
            assert!(checks_revocation);
            self.catalog.clone()
        }

        fn is_there(&self) -> bool {
            self.embedded.is_some() || self.catalog.is_some()
        }
    }

    const CATALOG: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/pe/signature.der"
    );

    fn judged(says: &Says, facts: &PeFacts) -> Option<(bool, String, String)> {
        let file = File::open(CATALOG).unwrap();
        let signature = judge(says, &file, CATALOG, Some(facts), true)?;
        Some((signature.is_signed, signature.signer, signature.status))
    }

    fn told(is_signed: bool, signer: &str, status: &str) -> Option<(bool, String, String)> {
        Some((is_signed, signer.to_owned(), status.to_owned()))
    }

    #[test]
    fn the_signature_in_the_file_comes_first_then_catalogs() {
        let mut says = Says {
            embedded: Some(0),
            catalog: Some((CATALOG.to_owned(), 0x800b_0101)),
        };
        let signed = PeFacts {
            is_signed: true,
            signer: "Somebody".to_owned(),
            ..PeFacts::default()
        };
        let unsigned = PeFacts::default();
        assert_eq!(judged(&says, &signed), told(true, "Somebody", "Valid"));
        assert_eq!(judged(&says, &unsigned), told(true, "A signer", "Expired"));
        says.catalog = None;
        assert_eq!(judged(&says, &unsigned), told(false, "", "Unavailable"));
        says.embedded = None;
        assert_eq!(judged(&says, &signed), None);
    }

    #[test]
    fn what_windows_answers_has_words() {
        for (code, word) in [
            (0x800b_010c, "Revoked"),
            (0x800b_0111, "Revoked"),
            (0x8009_6010, "Invalid"),
            (0x800b_0109, "Untrusted"),
            (0x8009_2013, "RevocationUnknown"),
            (0x8007_0005, "0x80070005"),
        ] {
            assert_eq!(status(code), word);
        }
    }
}
