//! What the tests of this crate share.
#![allow(dead_code, reason = "every test file uses a part of it")]

use monomi_hash::{Algorithms, Identity, Request, Stamp, digest};
use std::ffi::OsStr;
use std::fs::Metadata;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// A private directory that goes away with the value.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Scratch {
        let path = output("mktemp", ["-d"]);
        Scratch(PathBuf::from(path.trim_end()))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file through a program of its own, so that no test thread that forks at the same
    /// time holds it open for writing and makes executing it fail.
    pub fn copy(&self, from: impl AsRef<Path>, name: &str) -> PathBuf {
        let to = self.join(name);
        run("cp", [from.as_ref(), &to]);
        to
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A child process that ends with the value.
pub struct Running(pub Child);

impl Running {
    pub fn start(command: &mut Command) -> Running {
        Running(
            command
                .stdout(Stdio::piped())
                .stdin(Stdio::piped())
                .spawn()
                .unwrap(),
        )
    }

    /// Starts a copy of `cat` and waits until it runs.
    pub fn cat(command: &mut Command) -> Running {
        let mut running = Running::start(command);
        running.wait_for_echo();
        running
    }

    /// Waits until the process, a copy of `cat`, gives back what it is given.
    pub fn wait_for_echo(&mut self) {
        self.0.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
        self.wait_for_line("\n");
    }

    pub fn wait_for_line(&mut self, expected: &str) {
        let mut line = vec![0; expected.len()];
        self.0
            .stdout
            .as_mut()
            .unwrap()
            .read_exact(&mut line)
            .unwrap();
        assert_eq!(line, expected.as_bytes());
    }

    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    pub fn end(&mut self) {
        let _ = self.0.kill();
        self.0.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

pub fn run<I: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = I>) {
    let status = Command::new(program).args(arguments).status().unwrap();
    assert!(status.success(), "{program}: {status}");
}

pub fn output<I: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = I>) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// `NAME=hex` as the program of coreutils sees it.
pub fn by_coreutils(name: &str, path: &Path) -> String {
    let line = output(
        &format!("{}sum", name.to_lowercase()),
        [Path::new("--"), path],
    );
    format!(
        "{name}={}",
        line.trim_start_matches('\\').split_once(' ').unwrap().0
    )
}

pub fn sha256(path: &Path) -> String {
    by_coreutils("SHA256", path)
}

pub fn identity(metadata: &Metadata) -> Identity {
    Identity {
        device_major: rustix::fs::major(metadata.dev()),
        device_minor: rustix::fs::minor(metadata.dev()),
        inode: metadata.ino(),
        stamp: Some(Stamp {
            size: metadata.size(),
            mtime_ns: metadata.mtime() * 1_000_000_000 + metadata.mtime_nsec(),
            ctime_ns: metadata.ctime() * 1_000_000_000 + metadata.ctime_nsec(),
        }),
    }
}

pub fn identity_of(path: &Path) -> Identity {
    identity(&std::fs::metadata(path).unwrap())
}

pub fn request(path: &Path) -> Request<'_> {
    Request {
        path: path.as_os_str().as_bytes(),
        algorithms: Algorithms::SHA256,
        budget: Duration::from_secs(60),
        ..Request::default()
    }
}

/// The answer as text: the digests, or the reason's name. Fails instead of hanging.
pub fn answer(request: &Request<'_>) -> String {
    let packed = request.pack();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let result = Request::unpack(&packed).and_then(|request| digest(&request));
        let _ = sender.send(result.map_or_else(|why| format!("{why:?}"), |all| all.to_string()));
    });
    receiver
        .recv_timeout(Duration::from_secs(100))
        .expect("the call does not return")
}

/// Whether the privileged tests can run; says so where they can't.
pub fn is_root(test: &str) -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        eprintln!("SKIPPED {test}: needs root");
    }
    root
}
