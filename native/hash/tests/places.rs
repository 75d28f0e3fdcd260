//! What somebody may have put in the place of the file.
#![cfg(target_os = "linux")]

mod support;

use monomi_hash::{Identity, Request};
use rustix::fs::inotify;
use std::fs::{File, FileTimes, OpenOptions};
use std::mem::MaybeUninit;
use std::os::unix::fs::{FileExt, symlink};
use std::path::Path;
use support::{Scratch, answer, identity_of, request, run, sha256};

fn with_identity<'a>(path: &'a Path, identity: Identity) -> Request<'a> {
    Request {
        identity: Some(identity),
        ..request(path)
    }
}

/// Counts how often anything in `directory` is opened for more than a handle.
struct Openings(rustix::fd::OwnedFd);

impl Openings {
    fn of(directory: &Path) -> Openings {
        let watcher = inotify::init(inotify::CreateFlags::NONBLOCK).unwrap();
        inotify::add_watch(&watcher, directory, inotify::WatchFlags::OPEN).unwrap();
        Openings(watcher)
    }

    fn count(&self) -> usize {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = inotify::Reader::new(&self.0, &mut buffer);
        std::iter::from_fn(|| reader.next().ok().map(|_| ())).count()
    }
}

#[test]
fn fifo_in_place_is_never_opened() {
    let scratch = Scratch::new();
    let path = scratch.join("image");
    std::fs::write(&path, "content").unwrap();
    let expected = identity_of(&path);
    let openings = Openings::of(scratch.path());
    assert!(answer(&with_identity(&path, expected)).starts_with("SHA256="));
    assert_eq!(openings.count(), 1);

    std::fs::remove_file(&path).unwrap();
    run("mkfifo", [&path]);
    assert_eq!(answer(&with_identity(&path, expected)), "NotRegular");
    assert_eq!(
        answer(&with_identity(&path, identity_of(&path))),
        "NotRegular"
    );
    assert_eq!(answer(&request(&path)), "NotRegular");
    assert_eq!(openings.count(), 0);
}

#[test]
fn only_regular_files_of_real_file_systems() {
    let scratch = Scratch::new();
    let socket = scratch.join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let target = scratch.join("target");
    std::fs::write(&target, "content").unwrap();
    let link = scratch.join("link");
    symlink(&target, &link).unwrap();
    for path in [
        &socket,
        &link,
        scratch.path(),
        Path::new("/dev/zero"),
        Path::new("/dev/tty"),
        Path::new("/dev/ptmx"),
        Path::new("/proc/kmsg"),
        Path::new("/proc/self/status"),
        Path::new("/sys/kernel/notes"),
    ] {
        assert_eq!(answer(&request(path)), "NotRegular", "{path:?}");
    }
}

#[test]
fn link_to_the_expected_file_is_not_followed() {
    let scratch = Scratch::new();
    let (moved, path) = (scratch.join("moved"), scratch.join("image"));
    std::fs::write(&moved, "content").unwrap();
    symlink(&moved, &path).unwrap();
    assert_eq!(
        answer(&with_identity(&path, identity_of(&moved))),
        "NotRegular"
    );
}

#[test]
fn another_file_is_not_the_expected_one() {
    let scratch = Scratch::new();
    let (path, other) = (scratch.join("image"), scratch.join("other"));
    std::fs::write(&path, "content").unwrap();
    std::fs::write(&other, "content").unwrap();
    let expected = identity_of(&path);
    std::fs::rename(&other, &path).unwrap();
    assert_eq!(answer(&with_identity(&path, expected)), "Gone");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(answer(&with_identity(&path, expected)), "Gone");
    assert_eq!(
        answer(&with_identity(&path.join("below"), expected)),
        "Gone"
    );
}

#[test]
fn rewritten_content_shows_even_behind_forged_times() {
    let scratch = Scratch::new();
    let path = scratch.join("image");
    std::fs::write(&path, "before").unwrap();
    let expected = identity_of(&path);
    let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    // Times advance with the timer's tick before Linux 6.13.
    while std::fs::metadata(&path).unwrap().modified().unwrap() == modified {
        file.write_all_at(b"behind", 0).unwrap();
    }
    assert_eq!(answer(&with_identity(&path, expected)), "Changed");
    file.set_times(FileTimes::new().set_modified(modified))
        .unwrap();
    assert_eq!(
        identity_of(&path).stamp.unwrap().mtime_ns,
        expected.stamp.unwrap().mtime_ns
    );
    assert_eq!(answer(&with_identity(&path, expected)), "Changed");

    let without_stamp = Identity {
        stamp: None,
        ..expected
    };
    assert_eq!(answer(&with_identity(&path, without_stamp)), sha256(&path));
}

#[test]
fn paths_that_lead_nowhere() {
    let no_such_process = Request {
        pid: u32::MAX,
        ..Request::default()
    };
    assert_eq!(answer(&no_such_process), "Gone");
    assert_eq!(answer(&Request::default()), "Unsupported");
    assert_eq!(
        answer(&Request {
            path: b"relative",
            ..Request::default()
        }),
        "Unsupported"
    );
    assert_eq!(
        answer(&Request {
            path: b"/bin/tr\0ue",
            ..Request::default()
        }),
        "IoError"
    );
    let too_long = [b"/".as_slice(), &[b'x'; 5000]].concat();
    assert_eq!(
        answer(&Request {
            path: &too_long,
            ..Request::default()
        }),
        "IoError"
    );
}

#[test]
fn size_limit_is_inclusive() {
    let scratch = Scratch::new();
    let path = scratch.join("sparse");
    File::create(&path).unwrap().set_len(1000).unwrap();
    assert_eq!(
        answer(&Request {
            max_size: 1000,
            ..request(&path)
        }),
        sha256(&path)
    );
    assert_eq!(
        answer(&Request {
            max_size: 999,
            ..request(&path)
        }),
        "TooLarge"
    );
}

#[test]
fn budget_ends_the_pass_over_a_huge_file() {
    use monomi_hash::{Reason, digest};
    use std::time::{Duration, Instant};
    let scratch = Scratch::new();
    let path = scratch.join("sparse");
    File::create(&path).unwrap().set_len(1 << 40).unwrap();
    let short = Request {
        max_size: u64::MAX,
        budget: Duration::from_millis(5),
        ..request(&path)
    };
    let start = Instant::now();
    assert_eq!(digest(&short), Err(Reason::Timeout));
    // Digesting the file would take ten minutes at the very least.
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn access_time_stays() {
    use std::os::unix::fs::MetadataExt;
    let scratch = Scratch::new();
    let path = scratch.join("image");
    std::fs::write(&path, "content").unwrap();
    let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    let times = FileTimes::new().set_accessed(long_ago);
    OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .set_times(times)
        .unwrap();
    assert!(answer(&request(&path)).starts_with("SHA256="));
    assert_eq!(std::fs::metadata(&path).unwrap().atime(), 1_000_000_000);
}
