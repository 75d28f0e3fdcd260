//! The unpacked parts on disk: written once, compared with the single file at every start, and held
//! so that nobody can change them while they are used.

use crate::Error;
use crate::image::Part;
use crate::place::{Place, read_exact_at, write_all_at};
use crate::unpack::Image;
use std::fmt::Write;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use windows_sys::Win32::Storage::FileSystem::{DELETE, FILE_SHARE_READ};

const LOCK: &str = "lock";
const RUNTIME: &str = "monomi-runtime.exe";
const SCRIPT: &str = "monomi.js";
const LIBRARY: &str = "monomi.dll";
const FILES: [(Part, &str); 3] = [
    (Part::Runtime, RUNTIME),
    (Part::Script, SCRIPT),
    (Part::Library, LIBRARY),
];
/// Of the digest's 64 digits; a path of Windows should stay short.
const NAME_DIGITS: usize = 32;

/// The parts of a single file in a folder, compared and held: others can read them, not change or
/// remove them.
#[derive(Debug)]
pub struct Parts {
    folder: PathBuf,
    _held: Vec<File>,
}

impl Parts {
    /// The JavaScript runtime.
    pub fn runtime(&self) -> PathBuf {
        self.folder.join(RUNTIME)
    }

    /// The bundled program.
    pub fn script(&self) -> PathBuf {
        self.folder.join(SCRIPT)
    }

    /// The native library.
    pub fn library(&self) -> PathBuf {
        self.folder.join(LIBRARY)
    }
}

/// The parts of `image`, in a folder of `parent`, which exists, that is called after the image's digest. What is
/// there already is compared byte by byte and written anew where it differs. Other versions that
/// nobody runs are removed.
///
/// # Errors
/// [`Error::Damaged`] when the single file is not what was packed; [`Error::System`] when the folder
/// cannot be written.
pub fn unpacked(image: &Image, parent: &Path) -> Result<Parts, Error> {
    // Released by the system when this process ends, however it ends.
    let lock = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(parent.join(LOCK))
        .and_then(|lock| lock.lock().map(|()| lock))
        .map_err(refused(parent))?;
    // Behind the lock: a folder without a runtime is one that nobody uses.
    let folder = parent.join(name_of(image));
    fs::create_dir_all(&folder).map_err(refused(&folder))?;
    let mut held = hold(&folder);
    if !is_whole(image, &held) {
        drop(held);
        write(image, &folder)?;
        held = hold(&folder);
        if !is_whole(image, &held) {
            return Err(Error::system(
                format!("keep what was unpacked to {}", folder.display()),
                io::ErrorKind::InvalidData.into(),
            ));
        }
    }
    remove_unused(parent, &folder);
    drop(lock);
    let _held = held.into_iter().flatten().collect();
    Ok(Parts { folder, _held })
}

fn name_of(image: &Image) -> String {
    let mut name = String::new();
    for byte in &image.sha256()[..NAME_DIGITS / 2] {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

fn refused(path: &Path) -> impl Fn(io::Error) -> Error {
    move |cause| Error::System {
        step: format!("unpack to {}", path.display()),
        cause,
        advice: "the folder must be writable, with 100 MB to spare",
    }
}

/// The files that are there, open so that nobody can write, replace or remove them.
fn hold(folder: &Path) -> Vec<Option<File>> {
    let mut options = OpenOptions::new();
    options.read(true).share_mode(FILE_SHARE_READ);
    let paths = FILES.iter().map(|(_, name)| folder.join(name));
    paths.map(|path| options.open(path).ok()).collect()
}

/// Whether the files have the very bytes of the parts.
fn is_whole(image: &Image, files: &[Option<File>]) -> bool {
    let same = AtomicBool::new(true);
    let mut compared = Vec::new();
    for ((part, _), file) in FILES.iter().zip(files) {
        let Some(file) = file else { return false };
        let has_length = |length| length == image.bytes_of(*part);
        if !file.metadata().is_ok_and(|data| has_length(data.len())) {
            return false;
        }
        compared.push((*part, Compared { file, same: &same }));
    }
    let places: Vec<_> = compared
        .iter()
        .map(|(part, place)| (*part, place as &dyn Place))
        .collect();
    // A damaged single file is told when its parts are written, which follows.
    image.unpack(&places).is_ok() && same.load(Ordering::Relaxed)
}

fn write(image: &Image, folder: &Path) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options
        .write(true)
        .create(true)
        .truncate(true)
        .share_mode(0);
    let mut written = Vec::with_capacity(FILES.len());
    for (part, name) in FILES {
        let path = folder.join(name);
        let file = options.open(&path).map_err(refused(&path))?;
        file.set_len(image.bytes_of(part)).map_err(refused(&path))?;
        written.push((part, Written { file, path }));
    }
    let places: Vec<_> = written
        .iter()
        .map(|(part, place)| (*part, place as &dyn Place))
        .collect();
    image.unpack(&places)
}

/// Removes the folders of other versions, but those whose runtime a running launcher holds.
fn remove_unused(parent: &Path, own: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for folder in entries.flatten().map(|entry| entry.path()) {
        if folder == own || !is_of_a_version(&folder) {
            continue;
        }
        let mut exclusively = OpenOptions::new();
        exclusively.access_mode(DELETE).share_mode(0);
        let refusal = exclusively.open(folder.join(RUNTIME)).err();
        let is_held = refusal.is_some_and(|error| error.kind() != io::ErrorKind::NotFound);
        if !is_held {
            // Nothing depends on it: what cannot be removed now is tried again at the next start.
            drop(fs::remove_dir_all(&folder));
        }
    }
}

fn is_of_a_version(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default();
    let is_digest =
        name.len() == NAME_DIGITS && name.as_encoded_bytes().iter().all(u8::is_ascii_hexdigit);
    is_digest && folder.is_dir()
}

struct Written {
    file: File,
    path: PathBuf,
}

impl Place for Written {
    fn put(&self, content: &[u8], offset: u64) -> Result<(), Error> {
        write_all_at(&self.file, content, offset).map_err(refused(&self.path))
    }
}

struct Compared<'a> {
    file: &'a File,
    same: &'a AtomicBool,
}

impl Place for Compared<'_> {
    fn put(&self, content: &[u8], offset: u64) -> Result<(), Error> {
        let mut found = vec![0; content.len()];
        let read = read_exact_at(self.file, &mut found, offset);
        if read.is_err() || found != content {
            self.same.store(false, Ordering::Relaxed);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::{Effort, pack};
    use std::io::Write;

    fn image(script: &[u8]) -> Image {
        let parts = [vec![1; 3_000_000], script.to_vec(), vec![2; 70_000]];
        let packed = pack(b"launcher", &parts, Effort::Normal).expect("a single file");
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(&packed).expect("space");
        Image::open(file).expect("an image")
    }

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    #[test]
    fn parts_are_written_once_and_then_found() {
        let (parent, image) = (folder(), image(b"script"));
        let script = unpacked(&image, parent.path()).expect("parts").script();
        assert_eq!(fs::read(&script).expect("a script"), b"script");
        let written = |path: &Path| fs::metadata(path).and_then(|data| data.modified());
        let first = written(&script).expect("a time");
        let again = unpacked(&image, parent.path()).expect("parts").script();
        assert_eq!((&again, written(&again).expect("a time")), (&script, first));
    }

    #[test]
    fn what_was_changed_or_is_missing_is_written_anew() {
        let (parent, image) = (folder(), image(b"script"));
        let script = unpacked(&image, parent.path()).expect("parts").script();
        let library = script.with_file_name(LIBRARY);
        for change in [&b"Script"[..], b"scrip", b"script and more", b""] {
            fs::write(&script, change).expect("nobody holds it");
            fs::remove_file(&library).expect("nobody holds it");
            let parts = unpacked(&image, parent.path()).expect("parts");
            assert_eq!(fs::read(parts.script()).expect("a script"), b"script");
            assert_eq!(fs::read(parts.library()).expect("a library"), [2; 70_000]);
        }
    }

    #[test]
    fn what_is_used_can_be_neither_changed_nor_removed() {
        let (parent, image) = (folder(), image(b"script"));
        let parts = unpacked(&image, parent.path()).expect("parts");
        for path in [parts.runtime(), parts.script(), parts.library()] {
            assert!(fs::write(&path, "x").is_err());
            assert!(fs::remove_file(&path).is_err());
            assert!(fs::rename(&path, path.with_extension("old")).is_err());
        }
        // A second start uses the same files.
        let second = unpacked(&image, parent.path()).expect("parts");
        assert_eq!(second.runtime(), parts.runtime());
    }

    #[test]
    fn versions_that_nobody_runs_are_removed() {
        let parent = folder();
        let running = unpacked(&image(b"running"), parent.path()).expect("parts");
        let ended = unpacked(&image(b"ended"), parent.path())
            .expect("parts")
            .script();
        unpacked(&image(b"new"), parent.path()).expect("parts");
        assert!(running.script().exists());
        assert!(!ended.exists());
    }

    #[test]
    fn versions_that_start_at_once_do_not_remove_each_other() {
        let parent = folder();
        std::thread::scope(|scope| {
            for version in 0..8 {
                let parent = parent.path();
                scope.spawn(move || {
                    let parts = unpacked(&image(&[version]), parent).expect("parts");
                    assert_eq!(fs::read(parts.script()).expect("a script"), [version]);
                });
            }
        });
    }

    #[test]
    fn many_starts_at_once_all_find_whole_parts() {
        let parent = folder();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let parts = unpacked(&image(b"script"), parent.path()).expect("parts");
                    assert_eq!(fs::read(parts.script()).expect("a script"), b"script");
                });
            }
        });
    }
}
