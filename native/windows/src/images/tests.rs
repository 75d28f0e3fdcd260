//! Memory of files, with files and answers of the test in place of Windows'.

use super::*;
use monomi_hash::Algorithms;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::AtomicI64;
use std::sync::mpsc::{Receiver, Sender};

/// Files whose versions the test sets.
#[derive(Clone, Default)]
struct Versions(Arc<AtomicI64>);

impl ImageFiles for Versions {
    fn open(&self, path: &str) -> Result<File, Reason> {
        File::open(path).map_err(|_| Reason::Gone)
    }

    fn version(&self, _file: &File) -> Option<FileVersion> {
        Some(FileVersion {
            volume: 1,
            file: [2; 16],
            size: 3,
            written: 4,
            changed: 5,
            usn: self.0.load(Ordering::Relaxed),
        })
    }
}

/// Says that a catalog signs every file, when the test lets it.
#[derive(Clone)]
struct Catalogs {
    let_go: Arc<Mutex<Receiver<()>>>,
    asked: Arc<AtomicUsize>,
}

impl SignatureTrust for Catalogs {
    fn embedded(&self, _: &File, _: &str, _: bool) -> Option<u32> {
        None
    }

    fn catalog(&self, _: &File, _: &str, _: bool) -> Option<(String, u32)> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.let_go.lock().unwrap().recv().ok()?;
        Some(("/nonexistent".to_owned(), 0))
    }

    fn is_there(&self) -> bool {
        true
    }
}

struct Scene {
    images: Images,
    usn: Arc<AtomicI64>,
    let_go: Sender<()>,
    asked: Arc<AtomicUsize>,
}

fn scene() -> Scene {
    let versions = Versions::default();
    let (let_go, held) = channel();
    let catalogs = Catalogs {
        let_go: Arc::new(Mutex::new(held)),
        asked: Arc::default(),
    };
    Scene {
        usn: Arc::clone(&versions.0),
        asked: Arc::clone(&catalogs.asked),
        images: Images::new(versions, catalogs),
        let_go,
    }
}

/// A request for a verification that may take so long.
fn wanted(budget: Duration) -> Request<'static> {
    Request {
        wants_signer: true,
        budget,
        ..Request::default()
    }
}

const BRIEF: Duration = Duration::from_secs(2);
const PATIENT: Duration = Duration::from_secs(60);

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

fn digest(images: &Images, path: &str) -> String {
    let described = images.describe(path, &Request::default());
    described.unwrap().digests.to_string()
}

#[test]
fn a_known_version_is_not_read_again_and_a_new_one_is() {
    let Scene { images, usn, .. } = scene();
    let file = Written::new("known");
    let first = digest(&images, file.holds("first"));
    assert_eq!(digest(&images, file.holds("other")), first);
    usn.store(7, Ordering::Relaxed);
    assert_ne!(digest(&images, file.holds("other")), first);
}

#[test]
fn other_digests_of_the_same_version_are_another_answer() {
    let Scene { images, .. } = scene();
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
    let Scene { images, .. } = scene();
    let file = Written::new("a:stream");
    if cfg!(unix) {
        let first = digest(&images, file.holds("first"));
        assert_ne!(digest(&images, file.holds("other")), first);
        let described = images.describe(file.holds("a\r\nb"), &Request::default());
        assert_eq!(described.unwrap().contents.as_deref(), Some("a  b"));
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

#[test]
fn a_signature_is_verified_once_and_only_where_it_is_wanted() {
    let Scene {
        images,
        let_go,
        asked,
        ..
    } = scene();
    let file = Written::new("signed");
    let path = file.holds("text");
    digest(&images, path);
    let wanted = wanted(PATIENT);
    let_go.send(()).unwrap();
    for _ in 0..2 {
        let signature = images.describe(path, &wanted).unwrap().signature.unwrap();
        assert_eq!((signature.is_signed, &*signature.status), (true, "Valid"));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn a_verification_that_hangs_costs_its_answer_and_no_digest() {
    let Scene { images, let_go, .. } = scene();
    let file = Written::new("hanging");
    let described = images.describe(file.holds("text"), &wanted(BRIEF)).unwrap();
    assert_eq!(described.signature, None);
    assert!(described.digests.sha256.is_some());
    drop(let_go);
    while images.verifying.load(Ordering::Acquire) > 0 {
        std::thread::yield_now();
    }
}

#[test]
fn what_there_is_no_place_to_verify_is_not_read_again_at_once() {
    let Scene {
        images,
        usn,
        let_go,
        asked,
    } = scene();
    let places = [(); MOST_VERIFIED].map(|()| Place::taken(&images.verifying).unwrap());
    let file = Written::new("no-place");
    let wanted = wanted(PATIENT);
    let first = images.describe(file.holds("first"), &wanted).unwrap();
    let second = images.describe(file.holds("other"), &wanted).unwrap();
    assert_eq!((&first.signature, &second.signature), (&None, &None));
    assert_eq!(second.digests.to_string(), first.digests.to_string());
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    drop(places);
    usn.store(7, Ordering::Relaxed);
    let_go.send(()).unwrap();
    let new = images.describe(file.holds("other"), &wanted).unwrap();
    assert!(new.signature.is_some());
}
