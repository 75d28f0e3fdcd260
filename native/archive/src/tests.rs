//! Real deletions of files that this process holds.

use crate::{Reason, Request, archive};
use std::{
    fs::{self, File},
    io::Write,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("monomi-archive-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(fs::canonicalize(path).unwrap())
    }

    fn at(&self, name: &str) -> String {
        self.0.join(name).into_os_string().into_string().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn deleted(path: &str, content: &[u8]) -> File {
    let mut file = File::options()
        .create_new(true)
        .read(true)
        .write(true)
        .open(path)
        .unwrap();
    file.write_all(content).unwrap();
    fs::remove_file(path).unwrap();
    file
}

fn request<'a>(directory: &'a str, path: &'a str) -> Request<'a> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = i64::try_from(now.as_millis()).unwrap();
    Request {
        directory,
        holders: vec![std::process::id()],
        earliest: now - 1000,
        latest: now + 1000,
        algorithms: vec!["SHA256"],
        max_size: 1 << 20,
        keep_free: 0,
        budget: Duration::from_secs(10),
        path,
    }
}

#[test]
fn a_held_file_is_copied_under_the_name_of_its_hash() {
    let folder = Folder::new("held");
    let (directory, path) = (folder.at("archive"), folder.at("secret.sh"));
    let _held = deleted(&path, b"#!/bin/sh\n");
    let archived = archive(&request(&directory, &path)).unwrap();
    assert!(archived.is_executable);
    let digest = archived.hashes.strip_prefix("SHA256=").unwrap();
    let copy = folder.at(&format!("archive/{digest}.sh"));
    assert_eq!(fs::read(&copy).unwrap(), b"#!/bin/sh\n");
    assert_eq!(
        fs::metadata(&copy).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        fs::metadata(&directory).unwrap().permissions().mode() & 0o777,
        0o700
    );
    assert_eq!(archive(&request(&directory, &path)).unwrap(), archived);
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
}

#[test]
fn what_is_another_file_is_left_alone() {
    let folder = Folder::new("other");
    let (directory, path) = (folder.at("archive"), folder.at("a"));
    assert_eq!(archive(&request(&directory, &path)), Err(Reason::NotHeld));
    let disguised = folder.at("a (deleted)");
    let _there = File::create_new(&disguised).unwrap();
    assert_eq!(archive(&request(&directory, &path)), Err(Reason::NotHeld));
    let _held = deleted(&path, b"content");
    let mut late = request(&directory, &path);
    late.earliest += 100_000;
    late.latest += 100_000;
    assert_eq!(archive(&late), Err(Reason::NotHeld));
    let mut other = request(&directory, &path);
    other.holders = vec![1];
    assert_eq!(archive(&other), Err(Reason::NotHeld));
    assert!(!fs::exists(&directory).unwrap());
}

#[test]
fn limits_hold_and_leave_nothing_behind() {
    let folder = Folder::new("limits");
    let (directory, path) = (folder.at("archive"), folder.at("a"));
    let _held = deleted(&path, &[7; 5000]);
    let mut small = request(&directory, &path);
    small.max_size = 4999;
    assert_eq!(archive(&small), Err(Reason::TooLarge));
    let mut full = request(&directory, &path);
    full.keep_free = 100;
    assert_eq!(archive(&full), Err(Reason::NoSpace));
    let mut hasty = request(&directory, &path);
    hasty.budget = Duration::ZERO;
    assert_eq!(archive(&hasty), Err(Reason::Timeout));
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
}

#[test]
fn an_archive_that_others_can_use_is_refused() {
    let folder = Folder::new("open");
    let (directory, path) = (folder.at("archive"), folder.at("a"));
    let _held = deleted(&path, b"content");
    fs::create_dir(&directory).unwrap();
    fs::set_permissions(&directory, PermissionsExt::from_mode(0o755)).unwrap();
    assert_eq!(archive(&request(&directory, &path)), Err(Reason::Directory));
    fs::remove_dir(&directory).unwrap();
    std::os::unix::fs::symlink(folder.at("elsewhere"), &directory).unwrap();
    assert_eq!(archive(&request(&directory, &path)), Err(Reason::Directory));
}
