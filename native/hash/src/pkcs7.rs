//! PKCS #7 messages, in which signatures of programs and kernel modules are. Nothing is verified.

use cms::content_info::ContentInfo;
use cms::signed_data::SignedData;
use der::asn1::{Any, ObjectIdentifier};
use der::{Decode, Tag, Tagged};
use x509_cert::name::Name;

/// Attribute of a name: its common name.
pub(crate) const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// The signed message that `message` is, from its first byte to its last.
pub(crate) fn signed_data(message: &[u8]) -> Option<SignedData> {
    let content = ContentInfo::from_der(message).ok()?.content;
    content.decode_as().ok()
}

/// An attribute's text; of several the last one, which is the most particular.
pub(crate) fn attribute(name: &Name, wanted: ObjectIdentifier) -> Option<String> {
    let mut attributes = name.0.iter().flat_map(|part| part.0.iter());
    let found = attributes.rfind(|attribute| attribute.oid == wanted)?;
    text(&found.value)
}

fn text(value: &Any) -> Option<String> {
    let bytes = value.value();
    let text = match value.tag() {
        Tag::BmpString => {
            let units = bytes
                .chunks_exact(2)
                .map(|unit| u16::from_be_bytes([unit[0], unit[1]]));
            char::decode_utf16(units)
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        // Latin-1, by everybody's habit.
        Tag::TeletexString => bytes.iter().map(|byte| char::from(*byte)).collect(),
        _ => return None,
    };
    Some(text.replace('\0', "")).filter(|text| !text.is_empty())
}
