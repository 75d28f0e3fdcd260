//! Values that Windows keeps in its own forms, as texts and numbers.

use crate::bytes::Bytes;
use std::fmt::Write;

/// 100 ns units from 1601 to 1970.
const UNIX_EPOCH: i64 = 116_444_736_000_000_000;
const UNITS_PER_MILLISECOND: i64 = 10_000;

/// Milliseconds since 1970 of a FILETIME, with the four digits that it has below; `None` before 1970
/// and behind the year 9999, which only damage gives.
pub(crate) fn milliseconds(filetime: i64) -> Option<String> {
    const YEAR_10000: i64 = 2_650_467_744_000_000_000;
    if !(UNIX_EPOCH..YEAR_10000).contains(&filetime) {
        return None;
    }
    let units = filetime - UNIX_EPOCH;
    let (whole, rest) = (units / UNITS_PER_MILLISECOND, units % UNITS_PER_MILLISECOND);
    Some(if rest == 0 {
        whole.to_string()
    } else {
        format!("{whole}.{rest:04}")
    })
}

/// `S-1-5-…` of a SID ([MS-DTYP] 2.4.2), and the bytes behind it.
pub(crate) fn sid(bytes: &mut Bytes) -> Option<String> {
    const MOST_PARTS: u8 = 15;
    let revision = bytes.u8()?;
    let count = bytes.u8()?;
    if count > MOST_PARTS {
        return None;
    }
    let authority = bytes
        .take(6)?
        .iter()
        .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let mut text = format!("S-{revision}-{authority}");
    for _ in 0..count {
        let _ = write!(text, "-{}", bytes.u32()?);
    }
    Some(text)
}

/// The bytes of a SID that is written `S-1-5-…`.
#[cfg_attr(
    not(windows),
    allow(dead_code, reason = "only Windows can be asked for accounts")
)]
pub(crate) fn sid_bytes(text: &str) -> Option<Vec<u8>> {
    const AUTHORITY_BYTES: usize = 6;
    let mut parts = text.strip_prefix("S-")?.split('-');
    let revision: u8 = parts.next()?.parse().ok()?;
    let authority: u64 = parts.next()?.parse().ok()?;
    let parts: Option<Vec<u32>> = parts.map(|part| part.parse().ok()).collect();
    let parts = parts?;
    let mut bytes = vec![revision, u8::try_from(parts.len()).ok()?];
    bytes.extend(&authority.to_be_bytes()[8 - AUTHORITY_BYTES..]);
    bytes.extend(parts.iter().flat_map(|part| part.to_le_bytes()));
    Some(bytes)
}

/// An IPv6 address as Sysmon prints it: eight groups, nothing left out (config-semantics T25).
pub(crate) fn ipv6(bytes: &[u8]) -> String {
    let groups = bytes
        .chunks_exact(2)
        .map(|group| format!("{:x}", u16::from_be_bytes([group[0], group[1]])));
    groups.collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_all_their_digits() {
        assert_eq!(milliseconds(UNIX_EPOCH).as_deref(), Some("0"));
        assert_eq!(
            milliseconds(132_273_837_474_125_905).as_deref(),
            Some("1582910147412.5905")
        );
        assert_eq!(milliseconds(UNIX_EPOCH - 1), None);
        assert_eq!(milliseconds(i64::MAX), None);
    }

    #[test]
    fn sids_are_read_and_skipped() {
        let system = [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, 7];
        let mut bytes = Bytes::new(&system);
        assert_eq!(sid(&mut bytes).as_deref(), Some("S-1-5-18"));
        assert_eq!(bytes.rest(), [7]);
        assert_eq!(sid(&mut Bytes::new(&system[..11])), None);
        assert_eq!(sid(&mut Bytes::new(&[1, 255, 0, 0, 0, 0, 0, 5])), None);
    }

    #[test]
    fn texts_of_sids_become_their_bytes() {
        for text in ["S-1-5-18", "S-1-16-12288", "S-1-5-21-1-4294967295-3-1000"] {
            let bytes = sid_bytes(text).unwrap();
            assert_eq!(sid(&mut Bytes::new(&bytes)).as_deref(), Some(text));
        }
        for text in ["", "S-1", "S-1-5-x", "S-1-5-4294967296", "1-5-18"] {
            assert_eq!(sid_bytes(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_are_not_compressed() {
        let mut loopback = [0; 16];
        loopback[15] = 1;
        assert_eq!(ipv6(&loopback), "0:0:0:0:0:0:0:1");
    }
}
