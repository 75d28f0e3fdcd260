//! Images of running processes: deleted, in memory, behind another root, behind layers.
#![cfg(target_os = "linux")]

mod support;

use monomi_hash::{Identity, Request};
use rustix::fs::{MemfdFlags, memfd_create};
use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard};
use support::{Running, Scratch, answer, identity_of, is_root, output, request, run, sha256};

/// A fork of another test must not hold open for writing what a test is about to execute.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn cat() -> PathBuf {
    Path::new("/bin/cat").canonicalize().unwrap()
}

#[test]
fn image_deleted_while_it_runs() {
    let _alone = alone();
    let scratch = Scratch::new();
    let path = scratch.copy(cat(), "image");
    let expected = identity_of(&path);
    let mut process = Running::cat(&mut Command::new(&path));
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "decoy").unwrap();
    let image = Request {
        pid: process.pid(),
        identity: Some(expected),
        ..request(&path)
    };
    assert_eq!(answer(&image), sha256(&cat()));
    process.end();
    assert_eq!(answer(&image), "Gone");
}

#[test]
fn own_image_needs_no_path() {
    let own = Request {
        pid: std::process::id(),
        ..request(Path::new(""))
    };
    assert_eq!(
        answer(&own),
        sha256(&Path::new("/proc/self/exe").canonicalize().unwrap())
    );
}

#[test]
fn image_that_never_had_a_name() {
    let _alone = alone();
    let writable = memfd_create("image", MemfdFlags::CLOEXEC).unwrap();
    File::from(writable.try_clone().unwrap())
        .write_all(&std::fs::read(cat()).unwrap())
        .unwrap();
    let image = File::open(format!("/proc/self/fd/{}", writable.as_raw_fd())).unwrap();
    drop(writable);
    let program = format!("/proc/{}/fd/{}", std::process::id(), image.as_raw_fd());
    let process = Running::cat(&mut Command::new(program));
    let memory = Request {
        pid: process.pid(),
        identity: Some(support::identity(&image.metadata().unwrap())),
        ..request(Path::new("/memfd:image (deleted)"))
    };
    assert_eq!(answer(&memory), sha256(&cat()));
}

/// A root directory with `cat` and its libraries, in which /app leads to /real by an absolute
/// link and /real/tool is a file of its own.
fn small_root(scratch: &Scratch) -> PathBuf {
    let root = scratch.join("root");
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(root.join("real"))
        .unwrap();
    run("cp", [&cat(), &root.join("cat")]);
    let libraries = output("ldd", [cat()]);
    for library in libraries
        .split_whitespace()
        .filter(|word| word.starts_with('/'))
    {
        let inside = root.join(&library[1..]);
        std::fs::create_dir_all(inside.parent().unwrap()).unwrap();
        run("cp", ["-L", library, inside.to_str().unwrap()]);
    }
    std::fs::write(root.join("real/tool"), "the tool inside").unwrap();
    symlink("/real", root.join("app")).unwrap();
    root
}

#[test]
fn path_beneath_the_root_of_a_process() {
    if !is_root("path_beneath_the_root_of_a_process") {
        return;
    }
    let _alone = alone();
    let scratch = Scratch::new();
    let root = small_root(&scratch);
    let process = Running::cat(Command::new("chroot").arg(&root).arg("/cat"));
    let tool = root.join("real/tool");
    for path in ["/real/tool", "/app/tool", "/../../app/tool"] {
        let inside = Request {
            pid: process.pid(),
            identity: Some(identity_of(&tool)),
            ..request(Path::new(path))
        };
        assert_eq!(answer(&inside), sha256(&tool), "{path}");
    }

    let image = Request {
        pid: process.pid(),
        identity: Some(identity_of(&root.join("cat"))),
        ..request(Path::new("/cat"))
    };
    assert_eq!(answer(&image), sha256(&cat()));
}

#[test]
fn absolute_link_does_not_lead_out_of_the_root() {
    if !is_root("absolute_link_does_not_lead_out_of_the_root") {
        return;
    }
    let _alone = alone();
    let scratch = Scratch::new();
    let root = small_root(&scratch);
    let outside = scratch.join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("tool"), "the tool of the host").unwrap();
    symlink(&outside, root.join("escape")).unwrap();
    let inside = root.join(outside.strip_prefix("/").unwrap());
    std::fs::create_dir_all(&inside).unwrap();
    std::fs::write(inside.join("tool"), "the same path inside").unwrap();
    let process = Running::cat(Command::new("chroot").arg(&root).arg("/cat"));
    let escape = Request {
        pid: process.pid(),
        ..request(Path::new("/escape/tool"))
    };
    assert_eq!(answer(&escape), sha256(&inside.join("tool")));
    std::fs::remove_file(inside.join("tool")).unwrap();
    assert_eq!(answer(&escape), "Gone");
}

/// Runs `script`, which ends in `cat`, in a mount namespace of its own.
fn in_own_mounts(script: &str, directory: &Path) -> Running {
    let mut command = Command::new("unshare");
    command.args([
        "--mount",
        "--propagation",
        "private",
        "sh",
        "-ec",
        script,
        "sh",
    ]);
    Running::cat(command.arg(directory))
}

#[test]
fn file_that_only_the_process_can_see() {
    if !is_root("file_that_only_the_process_can_see") {
        return;
    }
    let _alone = alone();
    let scratch = Scratch::new();
    let script = "mount -t tmpfs none \"$1\"; cp /bin/cat \"$1/tool\"; exec cat";
    let process = in_own_mounts(script, scratch.path());
    let tool = scratch.join("tool");
    assert!(!tool.exists());
    let seen = Path::new("/proc")
        .join(process.pid().to_string())
        .join("root");
    let seen = seen.join(tool.strip_prefix("/").unwrap());
    let private = Request {
        pid: process.pid(),
        identity: Some(identity_of(&seen)),
        ..request(&tool)
    };
    assert_eq!(answer(&private), sha256(&cat()));
    assert_eq!(answer(&Request { pid: 0, ..private }), "Gone");
}

/// The identity as the kernel side sees it: device of the super block and the kernel's inode
/// number, which /proc/PID/maps shows and stat may not.
fn identity_in_maps(pid: u32) -> Identity {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let words: Vec<&str> = maps.lines().next().unwrap().split_whitespace().collect();
    let (major, minor) = words[3].split_once(':').unwrap();
    let stamp = identity_of(Path::new(&format!("/proc/{pid}/exe"))).stamp;
    Identity {
        device_major: u32::from_str_radix(major, 16).unwrap(),
        device_minor: u32::from_str_radix(minor, 16).unwrap(),
        inode: words[4].parse().unwrap(),
        stamp,
    }
}

#[test]
fn image_in_a_layer_of_another_file_system() {
    if !is_root("image_in_a_layer_of_another_file_system") {
        return;
    }
    let _alone = alone();
    let scratch = Scratch::new();
    for directory in ["lower", "upper", "merged"] {
        std::fs::create_dir(scratch.join(directory)).unwrap();
    }
    let lower = scratch.copy(cat(), "lower/tool");
    let script = "cd \"$1\"; mount -t tmpfs none upper; mkdir upper/up upper/work; \
        mount -t overlay -o lowerdir=lower,upperdir=upper/up,workdir=upper/work none merged; \
        exec merged/tool";
    let mut process = in_own_mounts(script, scratch.path());
    let shown = identity_in_maps(process.pid());
    let path = scratch.join("merged/tool");
    let layered = Request {
        pid: process.pid(),
        identity: Some(shown),
        ..request(&path)
    };
    assert_eq!(answer(&layered), sha256(&lower));

    let other_inode = Identity {
        inode: shown.inode + 1,
        ..shown
    };
    assert_eq!(
        answer(&Request {
            identity: Some(other_inode),
            ..layered.clone()
        }),
        "Gone"
    );
    process.end();
    assert_eq!(answer(&layered), "Gone");
}

#[test]
fn user_space_file_system_is_refused_without_asking_it() {
    use monomi_hash::{Reason, digest};
    use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_change};
    use rustix::thread::{UnshareFlags, unshare_unsafe};
    if !is_root("user_space_file_system_is_refused_without_asking_it") {
        return;
    }
    let Ok(daemon) = File::options().read(true).write(true).open("/dev/fuse") else {
        eprintln!("SKIPPED user_space_file_system_is_refused_without_asking_it: no /dev/fuse");
        return;
    };
    let scratch = Scratch::new();
    let path = scratch.join("image");
    std::fs::write(&path, "beneath the mount").unwrap();
    let options = format!(
        "fd={},rootmode=100000,user_id=0,group_id=0",
        daemon.as_raw_fd()
    );
    let (sender, receiver) = std::sync::mpsc::channel();
    let worker = std::thread::spawn(move || {
        // SAFETY: only this thread leaves the common mount namespace and working directory; it
        // shares no file system state that others rely on.
        unsafe { unshare_unsafe(UnshareFlags::NEWNS) }.unwrap();
        let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
        mount_change("/", private).unwrap();
        let control = "/sys/fs/fuse/connections";
        mount("none", control, "fusectl", MountFlags::empty(), None).unwrap();
        let options = std::ffi::CString::new(options).unwrap();
        mount("none", &path, "fuse", MountFlags::empty(), &*options).unwrap();
        sender.send(digest(&request(&path))).unwrap();
    });
    // The daemon never answers: whoever asked it would hang until the descriptor is closed.
    let answer = receiver.recv_timeout(std::time::Duration::from_secs(20));
    drop(daemon);
    assert_eq!(answer, Ok(Err(Reason::Fuse)));
    worker.join().unwrap();
}
