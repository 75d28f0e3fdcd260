//! What is done for each event. Runs between fork and exit: async-signal-safe calls only.

use crate::{
    Name, Place,
    call::{Blocked, Result, checked, close, open, write},
    child::TINY_PROGRAM,
};
use std::{mem, ptr};

const PAGE: usize = 4096;

pub(crate) fn nothing(_: &Place) -> Result<()> {
    Ok(())
}

/// The process becomes the program, so that its own id is in the event.
pub(crate) fn execute(place: &Place) -> Result<()> {
    execute_path(place.path(Name::Library))
}

fn execute_path(path: &std::ffi::CStr) -> Result<()> {
    let arguments = [path.as_ptr(), ptr::null()];
    let environment = [ptr::null()];
    // SAFETY: both arrays end with a null pointer and outlive the call.
    let result = unsafe { libc::execve(path.as_ptr(), arguments.as_ptr(), environment.as_ptr()) };
    checked("execute a file", result).map(drop)
}

pub(crate) fn change_times(place: &Place) -> Result<()> {
    let new_year_2001 = libc::timespec {
        tv_sec: 978_307_200,
        tv_nsec: 0,
    };
    let times = [new_year_2001, new_year_2001];
    let path = place.path(Name::Ready);
    // SAFETY: the path ends with a zero byte, `times` has both times.
    let result = unsafe { libc::utimensat(libc::AT_FDCWD, path.as_ptr(), times.as_ptr(), 0) };
    checked("set a file's times", result).map(drop)
}

pub(crate) fn connect(_: &Place) -> Result<()> {
    // SAFETY: all zeros are a valid address.
    let mut address: libc::sockaddr_in = unsafe { mem::zeroed() };
    address.sin_family = libc::AF_INET as _;
    address.sin_addr.s_addr = u32::from_ne_bytes([127, 0, 0, 1]);
    let mut size = mem::size_of::<libc::sockaddr_in>() as libc::socklen_t;
    let pointer = ptr::from_mut(&mut address).cast();
    // SAFETY: `pointer` and `size` describe `address` throughout.
    unsafe {
        let kind = libc::SOCK_STREAM | libc::SOCK_CLOEXEC;
        let server = checked("make a socket", libc::socket(libc::AF_INET, kind, 0))?;
        checked("bind to 127.0.0.1", libc::bind(server, pointer, size))?;
        checked("listen on 127.0.0.1", libc::listen(server, 1))?;
        checked(
            "ask for the port",
            libc::getsockname(server, pointer, &mut size),
        )?;
        let client = checked("make a socket", libc::socket(libc::AF_INET, kind, 0))?;
        checked("connect to 127.0.0.1", libc::connect(client, pointer, size))?;
    }
    Ok(())
}

pub(crate) fn load_module(place: &Place) -> Result<()> {
    let Some(name) = &place.module_name else {
        return Err(Blocked {
            step: "no kernel module was given (--module)",
            error: 0,
        });
    };
    let file = open("open the module", place.path(Name::Module), libc::O_RDONLY)?;
    // SAFETY: both texts end with a zero byte.
    unsafe {
        let loaded = libc::syscall(libc::SYS_finit_module, file, c"".as_ptr(), 0);
        checked("load the module", loaded)?;
        let unloaded = libc::syscall(libc::SYS_delete_module, name.as_ptr(), libc::O_NONBLOCK);
        checked("unload the module again", unloaded).map(drop)
    }
}

pub(crate) fn map_library(place: &Place) -> Result<()> {
    let file = open("open a file", place.path(Name::Library), libc::O_RDONLY)?;
    let protection = libc::PROT_READ | libc::PROT_EXEC;
    // SAFETY: a new mapping at an address of the kernel's choice.
    let mapped = unsafe {
        libc::mmap(
            ptr::null_mut(),
            PAGE,
            protection,
            libc::MAP_PRIVATE,
            file,
            0,
        )
    };
    let failed = mapped == libc::MAP_FAILED;
    checked("map a file as executable", if failed { -1 } else { 0 }).map(drop)
}

/// A child that waits to be killed; it dies with its parent.
fn target() -> Result<i32> {
    // SAFETY: the child calls async-signal-safe functions only and never returns.
    let pid = checked("fork", unsafe { libc::fork() })?;
    if pid == 0 {
        // SAFETY: no memory is involved.
        unsafe {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            loop {
                libc::pause();
            }
        }
    }
    Ok(pid)
}

fn end(pid: i32) {
    // SAFETY: `pid` is a child of this process that was not waited for yet.
    unsafe {
        libc::kill(pid, libc::SIGKILL);
        libc::waitpid(pid, ptr::null_mut(), 0);
    }
}

static TARGETED: [u8; 8] = *b"monomi  ";

pub(crate) fn write_memory(_: &Place) -> Result<()> {
    let mut word = 0u64;
    // The word on the stack has the same address in the forked process.
    let there = ptr::from_mut(&mut word);
    let pid = target()?;
    let value = u64::from_ne_bytes(TARGETED);
    let local = libc::iovec {
        iov_base: ptr::from_ref(&value).cast_mut().cast(),
        iov_len: 8,
    };
    let remote = libc::iovec {
        iov_base: there.cast(),
        iov_len: 8,
    };
    // SAFETY: both vectors describe eight bytes, the remote one in the forked process.
    let result = unsafe { libc::process_vm_writev(pid, &local, 1, &remote, 1, 0) };
    let result = checked("write into another process", result as i64).map(drop);
    end(pid);
    result
}

pub(crate) fn read_memory(_: &Place) -> Result<()> {
    let pid = target()?;
    let mut value = [0u8; 8];
    let local = libc::iovec {
        iov_base: value.as_mut_ptr().cast(),
        iov_len: 8,
    };
    let remote = libc::iovec {
        iov_base: TARGETED.as_ptr().cast_mut().cast(),
        iov_len: 8,
    };
    // SAFETY: both vectors describe eight bytes, the remote one in the forked process.
    let result = unsafe { libc::process_vm_readv(pid, &local, 1, &remote, 1, 0) };
    let result = checked("read another process", result as i64).map(drop);
    end(pid);
    result
}

pub(crate) fn open_device(place: &Place) -> Result<()> {
    let Some(device) = &place.block_device else {
        return Err(Blocked {
            step: "no block device can be opened",
            error: 0,
        });
    };
    open("open a block device", device, libc::O_RDONLY).map(drop)
}

pub(crate) fn create_file(place: &Place) -> Result<()> {
    let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL;
    open("create a file", place.path(Name::New), flags).map(drop)
}

/// What is denied is what was to be provoked.
fn denied(result: Result<()>) -> Result<()> {
    match result {
        Err(Blocked {
            error: libc::EPERM, ..
        }) => Ok(()),
        result => result,
    }
}

pub(crate) fn create_denied(place: &Place) -> Result<()> {
    let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL | libc::O_CLOEXEC;
    // SAFETY: the path ends with a zero byte.
    let file = unsafe { libc::open(place.path(Name::Denied).as_ptr(), flags, 0o700) };
    denied(checked("create a program", file).map(drop))
}

pub(crate) fn overwrite_kept(place: &Place) -> Result<()> {
    let file = open("open a file", place.path(Name::Ready), libc::O_WRONLY)?;
    denied(write("overwrite a file", file, b"x"))
}

pub(crate) fn set_attribute(place: &Place) -> Result<()> {
    let path = place.path(Name::Ready);
    let name = c"user.xdg.origin.url";
    let value = b"https://monomi.invalid/";
    // SAFETY: path and name end with a zero byte, the length is the value's.
    let result = unsafe {
        let value = (value.as_ptr().cast(), value.len());
        libc::setxattr(path.as_ptr(), name.as_ptr(), value.0, value.1, 0)
    };
    checked("set an extended attribute", result).map(drop)
}

pub(crate) fn make_fifo(place: &Place) -> Result<()> {
    // SAFETY: the path ends with a zero byte.
    let result = unsafe { libc::mkfifo(place.path(Name::Pipe).as_ptr(), 0o600) };
    checked("make a FIFO", result).map(drop)
}

pub(crate) fn open_fifo(place: &Place) -> Result<()> {
    make_fifo(place)?;
    open("open a FIFO", place.path(Name::Pipe), libc::O_RDWR).map(drop)
}

pub(crate) fn run_from_memory(_: &Place) -> Result<()> {
    // SAFETY: the name ends with a zero byte.
    let file = unsafe { libc::memfd_create(c"monomi".as_ptr(), libc::MFD_CLOEXEC) };
    let file = checked("make a memory file", file)?;
    write("write a memory file", file, &TINY_PROGRAM)?;
    let arguments = [c"monomi".as_ptr(), ptr::null()];
    let environment = [ptr::null()];
    // SAFETY: both arrays end with a null pointer and outlive the call.
    let result = unsafe { libc::fexecve(file, arguments.as_ptr(), environment.as_ptr()) };
    checked("execute a memory file", result).map(drop)
}

pub(crate) fn delete_file(place: &Place) -> Result<()> {
    // SAFETY: the path ends with a zero byte.
    let result = unsafe { libc::unlink(place.path(Name::Ready).as_ptr()) };
    checked("delete a file", result).map(drop)
}

pub(crate) fn write_program(place: &Place) -> Result<()> {
    let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL;
    let file = open("create a file", place.path(Name::Program), flags)?;
    write("write a file", file, &TINY_PROGRAM)?;
    close(file);
    Ok(())
}

/// `struct bpf_insn`, twice: r0 = 0; exit.
static RETURN_ZERO: [u64; 2] = [0xb7, 0x95];

/// The head of `union bpf_attr` for BPF_PROG_LOAD.
#[repr(C)]
struct LoadAttributes {
    kind: u32,
    count: u32,
    instructions: u64,
    licence: u64,
    log: [u64; 2],
    kernel_version: u32,
    flags: u32,
    name: [u8; 16],
}

pub(crate) fn load_bpf(_: &Place) -> Result<()> {
    const BPF_PROG_LOAD: i32 = 5;
    const SOCKET_FILTER: u32 = 1;
    let attributes = LoadAttributes {
        kind: SOCKET_FILTER,
        count: RETURN_ZERO.len() as u32,
        instructions: RETURN_ZERO.as_ptr() as u64,
        licence: c"MIT".as_ptr() as u64,
        log: [0; 2],
        kernel_version: 0,
        flags: 0,
        name: *b"monomi_selftest\0",
    };
    // SAFETY: the kernel reads exactly the size given of a structure that lives on.
    let result = unsafe {
        let size = mem::size_of::<LoadAttributes>();
        libc::syscall(libc::SYS_bpf, BPF_PROG_LOAD, &raw const attributes, size)
    };
    checked("load a BPF program", result).map(drop)
}
