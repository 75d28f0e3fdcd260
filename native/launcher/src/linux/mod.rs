//! Start on Linux: unpack into sealed memory, become the runtime.

pub mod memory;

use crate::Error;
use crate::command::{self, Places};
use crate::image::Part;
use crate::place::Place;
use crate::unpack::Image;
use memory::{Draft, Use};
use std::convert::Infallible;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::ptr;

const OWN_EXECUTABLE: &str = "/proc/self/exe";
/// Nothing can be created under `/proc/self`.
const NOWHERE: &str = "/proc/self/nowhere";

/// The command that the installed service runs.
const SERVICE: &str = "service";
/// Behind standard input, output and error.
const FIRST_INHERITED: libc::c_uint = 3;

/// The parts of a single file, each in its own sealed memory file.
#[derive(Debug)]
pub struct Parts {
    /// The JavaScript runtime; closed on exec.
    pub runtime: File,
    /// The bundled program.
    pub script: File,
    /// The native library.
    pub library: File,
    /// The library that names the process.
    pub preload: File,
}

/// Replaces this process by the runtime.
///
/// # Errors
/// [`Error`] for whatever keeps it from that.
pub fn start() -> Result<Infallible, Error> {
    if std::env::args_os()
        .nth(1)
        .is_some_and(|command| command == SERVICE)
    {
        close_inherited();
    }
    let file = File::open(OWN_EXECUTABLE).map_err(|cause| Error::System {
        step: format!("open {OWN_EXECUTABLE}"),
        cause,
        advice: "is /proc mounted?",
    })?;
    let parts = unpack(file)?;
    let inherited = |part: &File| format!("/proc/self/fd/{}", part.as_raw_fd());
    let places = Places {
        script: inherited(&parts.script).into(),
        library: inherited(&parts.library).into(),
    };
    let arguments = command::arguments(places, &own_path()?, std::env::args_os().skip(1))?;
    let mut environment = command::environment(OsStr::new(NOWHERE), std::env::vars_os());
    environment.push(("LD_PRELOAD".into(), inherited(&parts.preload).into()));
    block_inspector_signal()?;
    Err(execute(&parts.runtime, arguments, environment))
}

/// A service outlives who started it: a lock or a pipe of his that it has inherited would never be free
/// again. Kernels without this call leave them open.
fn close_inherited() {
    // SAFETY: nothing of this process has been opened yet; the call takes no pointers.
    unsafe {
        libc::syscall(
            libc::SYS_close_range,
            FIRST_INHERITED,
            libc::c_uint::MAX,
            0 as libc::c_uint,
        )
    };
}

/// Unpacks and verifies every part of `file`.
///
/// # Errors
/// Those of [`Image::open`] and [`Image::unpack`]; [`Error::System`] when memory files cannot be
/// made.
pub fn unpack(file: File) -> Result<Parts, Error> {
    let image = Image::open(file)?;
    let draft = |part: Part, usage| {
        let name = match part {
            Part::Runtime => "monomi",
            other => other.name(),
        };
        Draft::new(name, image.bytes_of(part), usage)
    };
    let runtime = draft(Part::Runtime, Use::Program)?;
    let script = draft(Part::Script, Use::Data)?;
    let library = draft(Part::Library, Use::Data)?;
    let preload = draft(Part::Preload, Use::Data)?;
    image.unpack(&[
        (Part::Runtime, &runtime as &dyn Place),
        (Part::Script, &script),
        (Part::Library, &library),
        (Part::Preload, &preload),
    ])?;
    Ok(Parts {
        runtime: runtime.seal()?,
        script: script.seal()?,
        library: library.seal()?,
        preload: preload.seal()?,
    })
}

/// The path of this executable; where it has been renamed or removed since the start, the new or
/// the last one.
fn own_path() -> Result<PathBuf, Error> {
    let path = std::fs::read_link(OWN_EXECUTABLE)
        .map_err(|cause| Error::system(format!("read {OWN_EXECUTABLE}"), cause))?;
    let kept = path
        .to_str()
        .and_then(|text| text.strip_suffix(" (deleted)"))
        .map(PathBuf::from);
    Ok(kept.unwrap_or(path))
}

/// SIGUSR1 would open the runtime's inspector, a port through which anybody on the host could run
/// code in this process. A blocked signal stays blocked across exec and in every thread.
fn block_inspector_signal() -> Result<(), Error> {
    // SAFETY: the set is initialised by sigemptyset before it is read.
    let outcome = unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&mut set);
        libc::sigaddset(&mut set, libc::SIGUSR1);
        libc::sigprocmask(libc::SIG_BLOCK, &set, ptr::null_mut())
    };
    if outcome == 0 {
        return Ok(());
    }
    Err(Error::system("block SIGUSR1", io::Error::last_os_error()))
}

fn execute(
    runtime: &File,
    arguments: Vec<String>,
    environment: Vec<(OsString, OsString)>,
) -> Error {
    let arguments: Result<Vec<CString>, _> = ["deno".to_owned()]
        .into_iter()
        .chain(arguments)
        .map(CString::new)
        .collect();
    let Ok(arguments) = arguments else {
        return Error::Usage("an argument contains a NUL byte".into());
    };
    // The operating system hands out no variable with a NUL inside.
    let environment: Vec<CString> = environment
        .into_iter()
        .map(|(name, value)| [name.into_vec(), b"=".to_vec(), value.into_vec()].concat())
        .filter_map(|variable| CString::new(variable).ok())
        .collect();
    let arguments = null_terminated(&arguments);
    let environment = null_terminated(&environment);
    // SAFETY: both vectors end with a null pointer and their strings live until the call returns,
    // which it does only on failure.
    unsafe {
        libc::fexecve(
            runtime.as_raw_fd(),
            arguments.as_ptr(),
            environment.as_ptr(),
        )
    };
    let cause = io::Error::last_os_error();
    let advice = match cause.raw_os_error() {
        Some(libc::ENOENT) => "glibc 2.27 or newer is needed (/lib64/ld-linux-x86-64.so.2)",
        Some(libc::E2BIG) => "the arguments are too long",
        _ => "the system must allow programs to be executed from memory files",
    };
    Error::System {
        step: "start the runtime".into(),
        cause,
        advice,
    }
}

fn null_terminated(strings: &[CString]) -> Vec<*const libc::c_char> {
    strings
        .iter()
        .map(|text| CStr::as_ptr(text))
        .chain([ptr::null()])
        .collect()
}
