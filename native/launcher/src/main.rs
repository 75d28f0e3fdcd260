//! Start of the single file: unpack, verify, become the runtime.

use monomi_launcher::command::{self, Descriptors};
use monomi_launcher::{Error, unpack};
use std::convert::Infallible;
use std::ffi::{CStr, CString};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::process::ExitCode;
use std::ptr;

const OWN_EXECUTABLE: &str = "/proc/self/exe";

fn main() -> ExitCode {
    match become_program() {
        Ok(never) => match never {},
        Err(error) => {
            eprintln!("monomi: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn become_program() -> Result<Infallible, Error> {
    let file = File::open(OWN_EXECUTABLE).map_err(|cause| Error::System {
        step: format!("open {OWN_EXECUTABLE}"),
        cause,
        advice: "is /proc mounted?",
    })?;
    let parts = unpack::unpack(&file)?;
    let descriptors = Descriptors {
        script: parts.script.as_raw_fd(),
        library: parts.library.as_raw_fd(),
        preload: parts.preload.as_raw_fd(),
    };
    let arguments = command::arguments(descriptors, &own_path()?, std::env::args_os().skip(1))?;
    let environment = command::environment(descriptors, std::env::vars_os());
    block_inspector_signal()?;
    Err(execute(&parts.runtime, &arguments, &environment))
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

fn execute(runtime: &File, arguments: &[CString], environment: &[CString]) -> Error {
    let arguments = null_terminated(arguments);
    let environment = null_terminated(environment);
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
