//! Digests agree with coreutils, whatever the size and the name.
#![cfg(target_os = "linux")]

mod support;

use monomi_hash::{Algorithms, Request};
use std::path::Path;
use support::{Scratch, answer, by_coreutils, identity_of, request};

fn check(path: &Path) {
    let expected = ["SHA1", "MD5", "SHA256"]
        .map(|name| by_coreutils(name, path))
        .join(",");
    let all = Request {
        identity: Some(identity_of(path)),
        algorithms: Algorithms::ALL,
        ..request(path)
    };
    assert_eq!(answer(&all), expected, "{path:?}");
}

#[test]
fn programs_of_this_system() {
    let bin = std::fs::read_dir("/usr/bin")
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let regular = bin.filter(|path| path.symlink_metadata().unwrap().is_file());
    let checked = regular.take(8).map(|path| check(&path)).count();
    assert_eq!(checked, 8);
}

#[test]
fn sizes_around_block_and_chunk_edges() {
    let scratch = Scratch::new();
    for size in [
        0, 1, 55, 56, 63, 64, 65, 262_143, 262_144, 262_145, 524_288, 1_000_003,
    ] {
        let path = scratch.join(&size.to_string());
        let content: Vec<u8> = (0..size)
            .map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        std::fs::write(&path, content).unwrap();
        check(&path);
    }
}

#[test]
fn names_that_are_not_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let scratch = Scratch::new();
    for name in [
        &b"line\nbreak"[..],
        b"\x1b[31m",
        b"\xff\xfe",
        b"-n",
        b"back\\slash",
        b" ",
    ] {
        let path = scratch.path().join(OsStr::from_bytes(name));
        std::fs::write(&path, name).unwrap();
        check(&path);
    }
}

#[test]
fn every_algorithm_alone() {
    let path = Path::new("/proc/self/exe").canonicalize().unwrap();
    for (name, algorithms) in [
        ("SHA1", Algorithms::SHA1),
        ("MD5", Algorithms::MD5),
        ("SHA256", Algorithms::SHA256),
    ] {
        assert_eq!(
            answer(&Request {
                algorithms,
                ..request(&path)
            }),
            by_coreutils(name, &path)
        );
    }
}
