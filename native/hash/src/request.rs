//! What the caller asks for, and its packed form.
//!
//! The packed form is little-endian, without padding, and written here only; src/hashing holds
//! the other side, and fixtures/abi/hash-request.bin keeps the two together.
//!
//! | offset | size | field |
//! |---|---|---|
//! | 0 | 2 | layout version, [`REQUEST_VERSION`] |
//! | 2 | 2 | flags: bit 0 identity given, 1 stamp given, 2 FUSE allowed, 3 programs only, 4 signer wanted, 5 revocation checked |
//! | 4 | 4 | process id, 0 for none |
//! | 8 | 4 | device major |
//! | 12 | 4 | device minor |
//! | 16 | 8 | inode |
//! | 24 | 8 | size in bytes |
//! | 32 | 8 | mtime, signed nanoseconds since 1970 |
//! | 40 | 8 | ctime, signed nanoseconds since 1970 |
//! | 48 | 8 | size limit in bytes |
//! | 56 | 4 | time budget in milliseconds |
//! | 60 | 2 | algorithms: bit 0 SHA1, 1 MD5, 2 SHA256, 3 IMPHASH |
//! | 62 | 2 | length of the path in bytes |
//! | 64 | n | path, no terminating zero |

use crate::Reason;
use std::ops::BitOr;
use std::time::Duration;

/// Version of the packed request.
pub const REQUEST_VERSION: u16 = 1;

/// Bytes before the path in a packed request.
pub const REQUEST_HEADER_SIZE: usize = 64;

const FLAG_IDENTITY: u16 = 1;
const FLAG_STAMP: u16 = 2;
const FLAG_ALLOW_FUSE: u16 = 4;
const FLAG_ONLY_PROGRAMS: u16 = 8;
const FLAG_SIGNER: u16 = 16;
const FLAG_REVOCATION: u16 = 32;
const KNOWN_FLAGS: u16 = 2 * FLAG_REVOCATION - 1;

/// A set of algorithms; the bits are Sysmon's (config-semantics T15).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Algorithms(u16);

impl Algorithms {
    /// SHA-1 of the whole file.
    pub const SHA1: Algorithms = Algorithms(1);
    /// MD5 of the whole file.
    pub const MD5: Algorithms = Algorithms(2);
    /// SHA-256 of the whole file.
    pub const SHA256: Algorithms = Algorithms(4);
    /// MD5 over the imported functions of a PE file.
    pub const IMPHASH: Algorithms = Algorithms(8);
    /// All four.
    pub const ALL: Algorithms = Algorithms(15);

    /// Whether every algorithm of `other` is in this set.
    #[must_use]
    pub fn contains(self, other: Algorithms) -> bool {
        self.0 & other.0 == other.0
    }

    /// The set as a number, for telling sets apart.
    #[must_use]
    pub fn bits(self) -> u16 {
        self.0
    }

    fn from_bits(bits: u16) -> Option<Algorithms> {
        (bits != 0 && bits & !Self::ALL.0 == 0).then_some(Algorithms(bits))
    }
}

impl BitOr for Algorithms {
    type Output = Algorithms;
    fn bitor(self, other: Algorithms) -> Algorithms {
        Algorithms(self.0 | other.0)
    }
}

/// The content's stamp at the time of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Size in bytes.
    pub size: u64,
    /// Last modification, nanoseconds since 1970.
    pub mtime_ns: i64,
    /// Last change of the inode, nanoseconds since 1970.
    pub ctime_ns: i64,
}

/// The file that the kernel saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Major number of the super block's device.
    pub device_major: u32,
    /// Minor number of the super block's device.
    pub device_minor: u32,
    /// Inode number.
    pub inode: u64,
    /// Size and times, when known.
    pub stamp: Option<Stamp>,
}

/// What to digest, how, and at what cost at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// Process whose image, or whose view of the file tree, is meant; 0 for none.
    pub pid: u32,
    /// Absolute path as the process sees it; empty for the process's own image.
    pub path: &'a [u8],
    /// The expected file; without it whatever regular file is at `path` is taken, and the
    /// process's image only if `path` is empty.
    pub identity: Option<Identity>,
    /// What to compute.
    pub algorithms: Algorithms,
    /// Files above this many bytes are refused.
    pub max_size: u64,
    /// Time for the whole request.
    pub budget: Duration,
    /// Whether to read from user-space file systems.
    pub allow_fuse: bool,
    /// Whether a file that does not begin like a program is refused.
    pub only_programs: bool,
    /// Whether the file is a kernel module, or on Windows any image, whose signer is to be named.
    pub wants_signer: bool,
    /// Whether the signer's certificate may have been revoked, which may take the network to know.
    pub checks_revocation: bool,
}

impl Default for Request<'_> {
    fn default() -> Self {
        Request {
            pid: 0,
            path: b"",
            identity: None,
            algorithms: Algorithms::SHA256,
            max_size: 512 << 20,
            budget: Duration::from_secs(2),
            allow_fuse: false,
            only_programs: false,
            wants_signer: false,
            checks_revocation: false,
        }
    }
}

impl<'a> Request<'a> {
    /// Reads the packed form.
    ///
    /// # Errors
    /// [`Reason::Unsupported`] for another version, unknown flags or algorithms, no algorithm,
    /// or a length that does not fit.
    pub fn unpack(packed: &'a [u8]) -> Result<Request<'a>, Reason> {
        let (header, path) = packed
            .split_first_chunk::<REQUEST_HEADER_SIZE>()
            .ok_or(Reason::Unsupported)?;
        let flags = u16_at(header, 2);
        if u16_at(header, 0) != REQUEST_VERSION
            || flags & !KNOWN_FLAGS != 0
            || path.len() != usize::from(u16_at(header, 62))
        {
            return Err(Reason::Unsupported);
        }
        let stamp = Stamp {
            size: u64_at(header, 24),
            mtime_ns: u64_at(header, 32).cast_signed(),
            ctime_ns: u64_at(header, 40).cast_signed(),
        };
        let identity = Identity {
            device_major: u32_at(header, 8),
            device_minor: u32_at(header, 12),
            inode: u64_at(header, 16),
            stamp: (flags & FLAG_STAMP != 0).then_some(stamp),
        };
        Ok(Request {
            pid: u32_at(header, 4),
            path,
            identity: (flags & FLAG_IDENTITY != 0).then_some(identity),
            algorithms: Algorithms::from_bits(u16_at(header, 60)).ok_or(Reason::Unsupported)?,
            max_size: u64_at(header, 48),
            budget: Duration::from_millis(u64::from(u32_at(header, 56))),
            allow_fuse: flags & FLAG_ALLOW_FUSE != 0,
            only_programs: flags & FLAG_ONLY_PROGRAMS != 0,
            wants_signer: flags & FLAG_SIGNER != 0,
            checks_revocation: flags & FLAG_REVOCATION != 0,
        })
    }

    /// Writes the packed form. A path above 65,535 bytes is cut: the kernel has none above 4,096.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let identity = self.identity.as_ref();
        let stamp = identity.and_then(|identity| identity.stamp.as_ref());
        let path_length = u16::try_from(self.path.len()).unwrap_or(u16::MAX);
        let flags = [
            (identity.is_some(), FLAG_IDENTITY),
            (stamp.is_some(), FLAG_STAMP),
            (self.allow_fuse, FLAG_ALLOW_FUSE),
            (self.only_programs, FLAG_ONLY_PROGRAMS),
            (self.wants_signer, FLAG_SIGNER),
            (self.checks_revocation, FLAG_REVOCATION),
        ];
        let flags = flags
            .iter()
            .filter(|(set, _)| *set)
            .fold(0, |sum, (_, flag)| sum | flag);
        let mut packed = Vec::with_capacity(REQUEST_HEADER_SIZE + usize::from(path_length));
        packed.extend(REQUEST_VERSION.to_le_bytes());
        packed.extend(flags.to_le_bytes());
        packed.extend(self.pid.to_le_bytes());
        packed.extend(
            identity
                .map_or(0, |identity| identity.device_major)
                .to_le_bytes(),
        );
        packed.extend(
            identity
                .map_or(0, |identity| identity.device_minor)
                .to_le_bytes(),
        );
        packed.extend(identity.map_or(0, |identity| identity.inode).to_le_bytes());
        packed.extend(stamp.map_or(0, |stamp| stamp.size).to_le_bytes());
        packed.extend(stamp.map_or(0, |stamp| stamp.mtime_ns).to_le_bytes());
        packed.extend(stamp.map_or(0, |stamp| stamp.ctime_ns).to_le_bytes());
        packed.extend(self.max_size.to_le_bytes());
        let budget = u32::try_from(self.budget.as_millis()).unwrap_or(u32::MAX);
        packed.extend(budget.to_le_bytes());
        packed.extend(self.algorithms.0.to_le_bytes());
        packed.extend(path_length.to_le_bytes());
        packed.extend(&self.path[..usize::from(path_length)]);
        packed
    }
}

fn u16_at(header: &[u8; REQUEST_HEADER_SIZE], offset: usize) -> u16 {
    u16::from_le_bytes([header[offset], header[offset + 1]])
}

fn u32_at(header: &[u8; REQUEST_HEADER_SIZE], offset: usize) -> u32 {
    u32::from(u16_at(header, offset)) | (u32::from(u16_at(header, offset + 2)) << 16)
}

fn u64_at(header: &[u8; REQUEST_HEADER_SIZE], offset: usize) -> u64 {
    u64::from(u32_at(header, offset)) | (u64::from(u32_at(header, offset + 4)) << 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The request of the fixture; src/hashing/request_test.ts builds the same one.
    fn fixture_request() -> Request<'static> {
        Request {
            pid: 0x0102_0304,
            path: b"/opt/caf\xc3\xa9/\xff",
            identity: Some(Identity {
                device_major: 0x11,
                device_minor: 0x0002_2222,
                inode: 0x8877_6655_4433_2211,
                stamp: Some(Stamp {
                    size: 0x0001_2345_6789_abcd,
                    mtime_ns: 1_700_000_000_123_456_789,
                    ctime_ns: -1,
                }),
            }),
            algorithms: Algorithms::SHA1 | Algorithms::SHA256 | Algorithms::IMPHASH,
            max_size: 512 << 20,
            budget: Duration::from_millis(2000),
            allow_fuse: true,
            only_programs: false,
            wants_signer: false,
            checks_revocation: false,
        }
    }

    #[test]
    fn packed_form_is_the_checked_in_one() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../fixtures/abi/hash-request.bin"
        );
        let packed = fixture_request().pack();
        if std::env::var_os("MONOMI_UPDATE_FIXTURES").is_some() {
            std::fs::write(path, &packed).unwrap();
        }
        assert_eq!(std::fs::read(path).unwrap(), packed);
        assert_eq!(Request::unpack(&packed), Ok(fixture_request()));
    }

    #[test]
    fn absent_parts_stay_absent() {
        let without_stamp = Request {
            identity: Some(Identity {
                device_major: 1,
                device_minor: 2,
                inode: 3,
                stamp: None,
            }),
            ..Request::default()
        };
        assert_eq!(
            Request::unpack(&without_stamp.pack()),
            Ok(without_stamp.clone())
        );
        assert_eq!(
            Request::unpack(&Request::default().pack()),
            Ok(Request::default())
        );
        let programs = Request {
            only_programs: true,
            wants_signer: true,
            checks_revocation: true,
            ..Request::default()
        };
        assert_eq!(Request::unpack(&programs.pack()), Ok(programs.clone()));
    }

    #[test]
    fn what_it_does_not_understand_is_refused() {
        let good = Request {
            path: b"/bin/true",
            ..Request::default()
        }
        .pack();
        for (offset, value) in [
            (0, 2),
            (2, 64),
            (3, 1),
            (60, 0),
            (60, 16),
            (61, 1),
            (62, 200),
        ] {
            let mut bad = good.clone();
            bad[offset] = value;
            assert_eq!(
                Request::unpack(&bad),
                Err(Reason::Unsupported),
                "byte {offset} = {value}"
            );
        }
        for length in [0, 1, REQUEST_HEADER_SIZE - 1, good.len() - 1] {
            assert_eq!(
                Request::unpack(&good[..length]),
                Err(Reason::Unsupported),
                "{length}"
            );
        }
    }
}
