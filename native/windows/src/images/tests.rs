//! Memory of files, with files of this system in place of Windows'.

use super::*;
use monomi_hash::Algorithms;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

/// Files whose versions the test sets.
#[derive(Default)]
struct Versions {
    usn: AtomicI64,
    asked: AtomicU32,
}

impl ImageFiles for &Versions {
    fn open(&self, path: &str) -> Result<File, Reason> {
        File::open(path).map_err(|_| Reason::Gone)
    }

    fn version(&self, _file: &File) -> Option<FileVersion> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Some(FileVersion {
            volume: 1,
            file: [2; 16],
            size: 3,
            written: 4,
            changed: 5,
            usn: self.usn.load(Ordering::Relaxed),
        })
    }
}

struct Written(PathBuf);

impl Written {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("monomi-images-{}-{name}", std::process::id())))
    }

    fn holds(&self, text: &str) -> &str {
        let mut file = File::create(&self.0).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        self.0.to_str().unwrap()
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn digest(images: &Images<&Versions>, path: &str) -> String {
    let described = images.describe(path, &Request::default());
    described.unwrap().digests.to_string()
}

#[test]
fn a_known_version_is_not_read_again_and_a_new_one_is() {
    let versions = Versions::default();
    let images = Images::new(&versions);
    let file = Written::new("known");
    let first = digest(&images, file.holds("first"));
    assert_eq!(digest(&images, file.holds("other")), first);
    versions.usn.store(7, Ordering::Relaxed);
    assert_ne!(digest(&images, file.holds("other")), first);
}

#[test]
fn other_digests_of_the_same_version_are_another_answer() {
    let versions = Versions::default();
    let images = Images::new(&versions);
    let file = Written::new("algorithms");
    let path = file.holds("text");
    assert!(digest(&images, path).starts_with("SHA256="));
    let md5 = Request {
        algorithms: Algorithms::MD5,
        ..Request::default()
    };
    let described = images.describe(path, &md5).unwrap();
    assert!(described.digests.to_string().starts_with("MD5="));
}

#[test]
fn streams_and_what_must_be_a_program_are_not_remembered() {
    let versions = Versions::default();
    let images = Images::new(&versions);
    let file = Written::new("a:stream");
    if cfg!(unix) {
        let first = digest(&images, file.holds("first"));
        assert_ne!(digest(&images, file.holds("other")), first);
    }
    let only = Request {
        only_programs: true,
        ..Request::default()
    };
    let text = Written::new("text");
    let refused = images.describe(text.holds("text"), &only);
    assert_eq!(refused.unwrap_err(), Reason::NotProgram);
    let gone = images.describe("/nonexistent", &only);
    assert_eq!(gone.unwrap_err(), Reason::Gone);
}
