//! Who signed a kernel module: the block that the build appends to it, as the kernel's
//! include/linux/module_signature.h describes it.

use crate::Reason;
use crate::pkcs7::{COMMON_NAME, attribute, signed_data};
use cms::signed_data::SignerIdentifier;

/// The last bytes of a signed module; `struct module_signature` is in front of them.
const MAGIC: &[u8; 28] = b"~Module signature appended~\n";
const STRUCTURE: usize = 12;
/// PKEY_ID_PKCS7, the only kind since kernel 4.3.
const KIND_PKCS7: u8 = 2;
/// Signatures have some hundred bytes, some thousand with certificates.
const LARGEST: usize = 64 << 10;

/// The name of who signed the module: of the certificate's issuer its common name, else its whole
/// distinguished name; or the key's identifier in hexadecimal where the signature has nothing else. None for
/// a module without a signature, or with one that cannot be read. `read_at` fills as much of the buffer as
/// the file, which has `size` bytes, reaches from an offset.
///
/// # Errors
/// What reading gives.
pub(crate) fn signer(
    mut read_at: impl FnMut(u64, &mut [u8]) -> Result<usize, Reason>,
    size: u64,
) -> Result<Option<String>, Reason> {
    let mut tail = [0; STRUCTURE + MAGIC.len()];
    let Some(end) = size.checked_sub(tail.len() as u64) else {
        return Ok(None);
    };
    if read_at(end, &mut tail)? < tail.len() {
        return Ok(None);
    }
    let Some(length) = length_of(&tail) else {
        return Ok(None);
    };
    let Some(start) = end.checked_sub(length as u64) else {
        return Ok(None);
    };
    let mut block = vec![0; length];
    let filled = read_at(start, &mut block)?;
    Ok(name_in(&block[..filled]))
}

/// How long the signature is that the end of a module announces.
fn length_of(tail: &[u8; STRUCTURE + MAGIC.len()]) -> Option<usize> {
    let [_, _, kind, _, _, _, _, _, length @ ..] = tail.strip_suffix(MAGIC)? else {
        return None;
    };
    let length = u32::from_be_bytes(length.try_into().ok()?) as usize;
    (*kind == KIND_PKCS7 && length <= LARGEST).then_some(length)
}

fn name_in(block: &[u8]) -> Option<String> {
    match &signed_data(block)?.signer_infos.0.as_slice().first()?.sid {
        SignerIdentifier::IssuerAndSerialNumber(certificate) => {
            let issuer = &certificate.issuer;
            Some(attribute(issuer, COMMON_NAME).unwrap_or_else(|| issuer.to_string()))
        }
        SignerIdentifier::SubjectKeyIdentifier(key) => {
            let bytes = key.0.as_bytes().iter();
            Some(bytes.map(|byte| format!("{byte:02x}")).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BY_ISSUER: &[u8] = include_bytes!("../../../fixtures/modules/issuer.p7s");
    const BY_KEY: &[u8] = include_bytes!("../../../fixtures/modules/key-id.p7s");

    fn module(signature: &[u8], kind: u8, length: u32) -> Vec<u8> {
        let mut file = b"\x7fELF and what else is in a module".to_vec();
        file.extend(signature);
        file.extend([0, 0, kind, 0, 0, 0, 0, 0]);
        file.extend(length.to_be_bytes());
        file.extend(MAGIC);
        file
    }

    fn signed(signature: &[u8]) -> Vec<u8> {
        module(signature, KIND_PKCS7, signature.len() as u32)
    }

    fn signer_of(file: &[u8]) -> Option<String> {
        let read = |offset: u64, bytes: &mut [u8]| {
            let rest = file.get(offset as usize..).unwrap_or_default();
            let length = rest.len().min(bytes.len());
            bytes[..length].copy_from_slice(&rest[..length]);
            Ok(length)
        };
        signer(read, file.len() as u64).unwrap()
    }

    #[test]
    fn the_issuer_is_named_by_its_common_name() {
        let name = signer_of(&signed(BY_ISSUER));
        assert_eq!(name.as_deref(), Some("Example module signing key"));
    }

    #[test]
    fn names_are_read_as_their_type_says() {
        const UTF8: &[u8] = b"\x0c\x1aExample module signing key";
        const LATIN1: &[u8] = b"\x14\x1aExample mod\xfcle signing key";
        const BMP: &[u8] = b"\x1e\x1a\0E\0x\0a\0m\0p\0l\0e\0 \0m\0o\0d\0\xfc\0l";
        for (name, expected) in [
            (LATIN1, "Example modüle signing key"),
            (BMP, "Example modül"),
        ] {
            let at = BY_ISSUER.windows(UTF8.len()).position(|part| part == UTF8);
            let mut signature = BY_ISSUER.to_vec();
            signature[at.unwrap()..][..UTF8.len()].copy_from_slice(name);
            assert_eq!(signer_of(&signed(&signature)).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_key_without_a_certificate_is_named_by_its_identifier() {
        let name = signer_of(&signed(BY_KEY)).unwrap();
        assert_eq!(name.len(), 40);
        assert!(name.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn a_module_without_a_readable_signature_has_no_signer() {
        let whole = signed(BY_ISSUER);
        assert_eq!(signer_of(b""), None);
        assert_eq!(signer_of(MAGIC), None);
        assert_eq!(signer_of(&whole[..whole.len() - 1]), None);
        assert_eq!(
            signer_of(&module(BY_ISSUER, 1, BY_ISSUER.len() as u32)),
            None
        );
        assert_eq!(signer_of(&module(BY_ISSUER, KIND_PKCS7, 0)), None);
        assert_eq!(signer_of(&module(BY_ISSUER, KIND_PKCS7, u32::MAX)), None);
        assert_eq!(signer_of(&module(BY_ISSUER, KIND_PKCS7, 9999)), None);
    }

    #[test]
    fn damage_anywhere_gives_a_name_or_none() {
        for at in 0..BY_ISSUER.len() {
            assert_eq!(signer_of(&signed(&BY_ISSUER[..at])), None);
            for bit in 0..8 {
                let mut damaged = BY_ISSUER.to_vec();
                damaged[at] ^= 1 << bit;
                signer_of(&signed(&damaged));
            }
        }
    }
}
