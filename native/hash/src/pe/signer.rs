//! Who signed a PE file: the certificate table and the PKCS #7 message in it ("The Attribute
//! Certificate Table" of Microsoft's PE format). Nothing is verified.

use super::image::{PeImage, ReadAt, SECURITY_DIRECTORY};
use crate::Reason;
use crate::pkcs7::{COMMON_NAME, attribute, signed_data};
use cms::cert::CertificateChoices;
use cms::signed_data::SignerIdentifier;
use der::asn1::ObjectIdentifier;
use der::{Encode, Reader, SliceReader};
use x509_cert::name::Name;

const HEAD_SIZE: usize = 8;
const PKCS_SIGNED_DATA: u16 = 2;
/// Messages with every certificate, counter-signature and page hash have less than 100 KiB.
const LONGEST: usize = 1 << 20;

/// What CERT_NAME_SIMPLE_DISPLAY_TYPE tries: common name, unit, organisation.
const NAMES: [ObjectIdentifier; 3] = [
    COMMON_NAME,
    ObjectIdentifier::new_unwrap("2.5.4.11"),
    ObjectIdentifier::new_unwrap("2.5.4.10"),
];

/// The first PKCS #7 message of the certificate table, cut at 1 MiB.
pub(super) fn signature<R: ReadAt>(image: &mut PeImage<R>) -> Result<Option<Vec<u8>>, Reason> {
    let Some(directory) = image.directory(SECURITY_DIRECTORY) else {
        return Ok(None);
    };
    let longest = (directory.size as usize).min(LONGEST);
    let table = image.bytes_at(directory.rva.into(), longest)?;
    let Some(head) = table.first_chunk::<HEAD_SIZE>() else {
        return Ok(None);
    };
    let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
    let kind = u16::from_le_bytes([head[6], head[7]]);
    let message = table.get(HEAD_SIZE..length.min(table.len()));
    Ok(message
        .filter(|message| kind == PKCS_SIGNED_DATA && !message.is_empty())
        .map(<[u8]>::to_vec))
}

/// Simple name of the first signer.
pub(super) fn name(message: &[u8]) -> Option<String> {
    let signed = signed_data(element(message)?)?;
    let signer = signed.signer_infos.0.iter().next()?;
    let SignerIdentifier::IssuerAndSerialNumber(id) = &signer.sid else {
        return None;
    };
    let certificates = signed.certificates.as_ref()?;
    let subject = certificates.0.iter().find_map(|choice| match choice {
        CertificateChoices::Certificate(certificate) => {
            let inner = &certificate.tbs_certificate;
            (inner.serial_number == id.serial_number && inner.issuer == id.issuer)
                .then_some(&inner.subject)
        }
        CertificateChoices::Other(_) => None,
    })?;
    simple_name(subject)
}

/// The first element: tables are padded behind it, which the decoder does not take.
fn element(bytes: &[u8]) -> Option<&[u8]> {
    let header = SliceReader::new(bytes).ok()?.peek_header().ok()?;
    let whole = (header.encoded_len().ok()? + header.length).ok()?;
    bytes.get(..usize::try_from(whole).ok()?)
}

fn simple_name(name: &Name) -> Option<String> {
    NAMES.iter().find_map(|wanted| attribute(name, *wanted))
}
