//! Telling the kernel side which processes and files are the sensor's own.

use crate::{
    capture::{Capture, take_map},
    error::{CaptureError, one_line},
    links::CALL_EXITS,
    plan::{self, Hook, PROTECTION},
};
use aya::{
    Btf, Ebpf, Pod,
    maps::{Array, HashMap, Map, MapData, MapError},
};
use monomi_record::role;
use std::{
    collections::BTreeSet,
    fs,
    io::ErrorKind,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

/// As `struct protected_path` has it.
const TEXT_BYTES: usize = 256;
/// Directories in directories, and how many files and directories in all.
const DEPTH: usize = 4;
const MOST: usize = 400;

/// What is protected from now on.
#[derive(Clone, Debug, Default)]
pub struct Protection {
    /// Who starts the sensor again.
    pub supervisor: Option<u32>,
    /// Files, and directories with what is in them. Of those that are not there the names are known.
    pub paths: Vec<PathBuf>,
}

#[derive(Clone, Copy)]
#[repr(C)]
struct FileNumber {
    inode: u64,
    device: u32,
    generation: u32,
}

// SAFETY: plain old data without padding.
unsafe impl Pod for FileNumber {}

#[derive(Clone, Copy)]
#[repr(C)]
struct ProtectedPath {
    length: u32,
    generation: u32,
    text: [u8; TEXT_BYTES],
}

// SAFETY: plain old data without padding.
unsafe impl Pod for ProtectedPath {}

#[derive(Clone, Copy)]
#[repr(C)]
struct Enrolment {
    thread: u32,
    reserved: u32,
    path: ProtectedPath,
}

// SAFETY: plain old data without padding.
unsafe impl Pod for Enrolment {}

/// The kernel side's tables.
pub(crate) struct Wards {
    roles: HashMap<MapData, u32, u32>,
    files: HashMap<MapData, FileNumber, ProtectedPath>,
    names: HashMap<MapData, u32, u8>,
    lengths: Array<MapData, u64>,
    enrolments: Array<MapData, Enrolment>,
    interferences: Array<MapData, u64>,
    refusing: Array<MapData, u32>,
}

impl Wards {
    pub(crate) fn of(ebpf: &mut Ebpf) -> Result<Self, CaptureError> {
        Ok(Self {
            roles: take_map(ebpf, "roles")?,
            files: take_map(ebpf, "protected_files")?,
            names: take_map(ebpf, "protected_names")?,
            lengths: take_map(ebpf, "protected_lengths")?,
            enrolments: take_map(ebpf, "enrolments")?,
            interferences: take_map(ebpf, "interferences")?,
            refusing: take_map(ebpf, "refusing")?,
        })
    }

    /// What was done to the sensor, and what was refused, since the first sensor with these pins.
    pub(crate) fn counts(&self) -> [u64; 2] {
        [0, 1].map(|index| self.interferences.get(&index, 0).unwrap_or_default())
    }

    fn protect(&mut self, protection: &Protection, files: &[PathBuf]) -> Result<(), MapError> {
        self.roles.insert(std::process::id(), role::SENSOR, 0)?;
        if let Some(supervisor) = protection.supervisor {
            self.roles.insert(supervisor, role::SUPERVISOR, 0)?;
        }
        // The new list is whole before the old one goes: nothing is unprotected in between.
        let names: Vec<u32> = self.names.keys().collect::<Result<_, _>>()?;
        let generation = self.enrolments.get(&0, 0)?.path.generation.wrapping_add(1);
        let mut kept = BTreeSet::new();
        let paths = protection.paths.iter().chain(files);
        let own: Vec<&[u8]> = paths
            .filter_map(|path| path.file_name())
            .map(OsStrExt::as_bytes)
            .collect();
        let lengths = own.iter().fold(0, |bits, name| bits | length_bit(name));
        self.lengths.set(0, lengths | self.lengths.get(&0, 0)?, 0)?;
        for name in own {
            let hash = name_hash(name);
            self.names.insert(hash, 1, 0)?;
            kept.insert(hash);
        }
        for path in files {
            self.enrol(path, generation)?;
        }
        for name in names.iter().filter(|name| !kept.contains(name)) {
            self.names.remove(name)?;
        }
        self.lengths.set(0, lengths, 0)?;
        self.forget_files_but(generation)
    }

    fn forget_files_but(&mut self, generation: u32) -> Result<(), MapError> {
        let files: Vec<(FileNumber, ProtectedPath)> =
            self.files.iter().collect::<Result<_, _>>()?;
        for (file, _) in files.iter().filter(|(_, of)| of.generation != generation) {
            self.files.remove(file)?;
        }
        Ok(())
    }

    /// The kernel side reads the file's number from this very opening of it.
    fn enrol(&mut self, path: &Path, generation: u32) -> Result<(), MapError> {
        let bytes = path.as_os_str().as_bytes();
        let length = bytes.len().min(TEXT_BYTES);
        let mut text = [0; TEXT_BYTES];
        text[..length].copy_from_slice(&bytes[..length]);
        let path_text = ProtectedPath {
            length: length as u32,
            generation,
            text,
        };
        // SAFETY: gettid takes nothing and cannot fail.
        let thread = unsafe { libc::gettid() }.cast_unsigned();
        let enrolment = |thread| Enrolment {
            thread,
            reserved: 0,
            path: path_text,
        };
        self.enrolments.set(0, enrolment(thread), 0)?;
        drop(fs::File::open(path));
        self.enrolments.set(0, enrolment(0), 0)
    }
}

/// Adds the path with the directories in it, itself first; symbolic links in it are not followed. Whether
/// there was room.
fn add_tree(path: &Path, depth: usize, out: &mut Vec<PathBuf>) -> bool {
    let Ok(found) = fs::symlink_metadata(path) else {
        return true;
    };
    if !found.is_dir() && !found.is_file() {
        return true;
    }
    if out.len() >= MOST {
        return false;
    }
    out.push(path.to_path_buf());
    if found.is_dir() {
        let entries = if depth == 0 {
            None
        } else {
            fs::read_dir(path).ok()
        };
        for entry in entries.into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir())
                && !add_tree(&entry.path(), depth - 1, out)
            {
                return false;
            }
        }
    }
    true
}

/// The bit of a name's length in `protected_lengths` of `bpf/touches.h`.
fn length_bit(name: &[u8]) -> u64 {
    const HIGHEST_LENGTH: usize = 63;
    1 << name.len().min(HIGHEST_LENGTH)
}

/// As `HASHED` of `bpf/touches.h`: FNV-1a.
fn name_hash(name: &[u8]) -> u32 {
    name.iter().fold(0x811c_9dc5_u32, |hash, &byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

impl Capture {
    /// Says what is protected: what is done to this process, its supervisor and its files is seen if the
    /// capture was opened for that.
    ///
    /// # Errors
    /// [`CaptureError`] with what the kernel does not take; the rest is seen.
    pub fn protect(&mut self, protection: &Protection) -> Result<(), CaptureError> {
        let mut files = Vec::new();
        let is_whole = protection
            .paths
            .iter()
            .all(|path| add_tree(path, DEPTH, &mut files));
        self.wards
            .protect(protection, &files)
            .map_err(|error| CaptureError::Object(one_line(&error)))?;
        if let Some(reason) = &self.unseen {
            return Err(CaptureError::Unseen(reason.clone()));
        }
        if !is_whole {
            return Err(CaptureError::Unseen(format!(
                "more than {MOST} directories and files are its own; the others are left out"
            )));
        }
        Ok(())
    }

    /// Attaches all that the kernel takes; the first failure.
    pub(crate) fn attach_protection(&mut self, btf: &Btf) -> Result<(), CaptureError> {
        let mut result = self.attach(CALL_EXIT.0, CALL_EXIT.1, btf);
        for (name, hook) in hooks(false) {
            let attached = self.attach(name, hook, btf);
            if result.is_ok() {
                result = attached;
            }
        }
        result
    }

    /// Refuses from now on what is done to what is protected, or does no longer: all of it or nothing.
    ///
    /// # Errors
    /// [`CaptureError`] with what the kernel does not take; then nothing is refused.
    pub fn refuse(&mut self, wanted: bool) -> Result<(), CaptureError> {
        let attached = if wanted {
            self.attach_security(hooks(true))
        } else {
            Ok(())
        };
        let is_on = wanted && attached.is_ok();
        self.wards
            .refusing
            .set(0, u32::from(is_on), 0)
            .map_err(|error| CaptureError::Object(one_line(&error)))?;
        if !is_on {
            for (name, hook) in hooks(true) {
                self.detach(name, hook)?;
            }
        }
        attached
    }
}

/// The protection's hooks: those that refuse, or the others.
pub(crate) fn hooks(refusing: bool) -> impl Iterator<Item = (&'static str, Hook)> {
    plan::places_of(PROTECTION)
        .map(|(program, place)| (program.name, place.hook))
        .filter(move |(_, hook)| matches!(hook, Hook::Security(_)) == refusing)
}

/// What jumps to the programs at exits of calls.
pub(crate) const CALL_EXIT: (&str, Hook) = ("call_exit", Hook::Typed(CALL_EXITS));

/// Lets this process do to the sensor that keeps its capture below `base` what others may not, until it
/// ends; false when there is none.
///
/// # Errors
/// [`CaptureError`] when it may not use the sensor's tables.
pub fn unlock(base: &Path) -> Result<bool, CaptureError> {
    let failed = |reason: String| CaptureError::Pins {
        path: base.display().to_string(),
        reason,
    };
    let directories = match fs::read_dir(base) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        found => found.map_err(|error| failed(error.to_string()))?,
    };
    let mut is_found = false;
    for directory in directories.flatten() {
        let path = directory.path().join("map-roles");
        if !fs::symlink_metadata(&path).is_ok_and(|found| found.uid() == 0) {
            continue;
        }
        let data = MapData::from_pin(&path).map_err(|error| failed(one_line(&error)))?;
        let mut roles: HashMap<MapData, u32, u32> = Map::HashMap(data)
            .try_into()
            .map_err(|error: MapError| failed(one_line(&error)))?;
        roles
            .insert(std::process::id(), role::UNLOCKED, 0)
            .map_err(|error| failed(one_line(&error)))?;
        is_found = true;
    }
    Ok(is_found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_length_has_its_bit_and_the_longest_share_one() {
        assert_eq!(length_bit(b"a"), 1 << 1);
        assert_eq!(length_bit(&[b'a'; 62]), 1 << 62);
        assert_eq!(length_bit(&[b'a'; 63]), 1 << 63);
        assert_eq!(length_bit(&[b'a'; 255]), 1 << 63);
    }

    #[test]
    fn a_tree_is_itself_and_its_directories_without_links() {
        let root = std::env::temp_dir().join(format!("monomi-wards-{}", std::process::id()));
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("a/file"), "").unwrap();
        std::os::unix::fs::symlink("/etc", root.join("link")).unwrap();
        let mut out = Vec::new();
        for path in ["", "a/file", "missing"] {
            assert!(add_tree(&root.join(path), DEPTH, &mut out), "{path}");
        }
        let mut full = vec![PathBuf::new(); MOST - 1];
        assert!(!add_tree(&root, DEPTH, &mut full));
        assert_eq!(full.len(), MOST);
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(
            out,
            [
                root.join(""),
                root.join("a"),
                root.join("a/b"),
                root.join("a/file")
            ]
        );
    }
}
