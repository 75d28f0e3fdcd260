//! Start on Windows: unpack into a private folder, run the runtime as a child that does not outlive
//! this process.

pub mod folder;
mod log;
mod service;
pub mod store;
mod system;

use crate::Error;
use crate::command::{self, Places};
use crate::unpack::Image;
use std::ffi::OsStr;
#[cfg(feature = "fake-etw")]
use std::ffi::OsString;
use std::fs::File;
#[cfg(feature = "fake-etw")]
use std::path::Path;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// What is told of a runtime that ended without an exit code.
const FAILED: i32 = 3;

/// What configurations may name in rules (`%ProgramFiles%`): places of the machine, the same for everybody.
/// None of them says where code comes from.
const PLACES: [&str; 12] = [
    "ALLUSERSPROFILE",
    "CommonProgramFiles",
    "CommonProgramFiles(x86)",
    "CommonProgramW6432",
    "ComSpec",
    "ProgramData",
    "ProgramFiles",
    "ProgramFiles(x86)",
    "ProgramW6432",
    "PUBLIC",
    "SystemDrive",
    "windir",
];

/// What the service control manager starts the program with.
const SERVICE: &str = "service";

/// Runs the program to its end. Does not return when the program has run: this process then ends
/// with the program's exit code.
///
/// # Errors
/// [`Error`] for whatever keeps the program from running.
pub fn start() -> Result<ExitCode, Error> {
    system::leave_interrupts_to_the_child()?;
    if std::env::args_os().skip(1).eq([SERVICE]) && service::ran()? {
        return Ok(ExitCode::SUCCESS);
    }
    let mut runtime = Runtime::prepare()?;
    let status = runtime
        .command
        .status()
        .map_err(|cause| Error::system("start the runtime", cause))?;
    drop(runtime);
    // An exit code of Windows has 32 bits, more than ExitCode takes.
    std::process::exit(status.code().unwrap_or(FAILED))
}

/// The runtime, ready to be started; what it is started from is held as long as this lives.
struct Runtime {
    command: Command,
    _parts: store::Parts,
}

impl Runtime {
    fn prepare() -> Result<Self, Error> {
        let own = own_file()?;
        let file =
            File::open(&own).map_err(|cause| Error::system("open this executable", cause))?;
        let image = Image::open(file)?;
        let parts = store::unpacked(&image, &folder::private()?)?;
        let places = Places {
            script: parts.script().into(),
            library: parts.library().into(),
        };
        let arguments = command::arguments(places, &own, std::env::args_os().skip(1))?;
        // No folder can be made beneath a file, and this one is held.
        let nowhere = parts.script().join("nowhere");
        let mut environment = command::environment(nowhere.as_os_str(), std::env::vars_os());
        environment.extend(std::env::vars_os().filter(|(name, _)| is_kept(name)));
        // Sockets and random numbers need the one, a service's files lie in the other; the caller's
        // might lead anywhere.
        environment.push(("SystemRoot".into(), system::windows_directory()?.into()));
        environment.push(("ProgramData".into(), system::program_data()?.into()));
        #[cfg(feature = "fake-etw")]
        environment.extend(variables_for_tests(&own));
        system::end_children_with_this_process()?;
        let mut command = Command::new(parts.runtime());
        command.args(arguments).env_clear().envs(environment);
        Ok(Self {
            command,
            _parts: parts,
        })
    }
}

fn own_file() -> Result<PathBuf, Error> {
    std::env::current_exe().map_err(|cause| Error::system("find this executable", cause))
}

/// A service has no variables of whoever tests it: `NAME=VALUE` lines of a file beside the executable.
#[cfg(feature = "fake-etw")]
fn variables_for_tests(own: &Path) -> Vec<(OsString, OsString)> {
    let text = std::fs::read_to_string(own.with_extension("env")).unwrap_or_default();
    let variables = text.lines().filter_map(|line| line.split_once('='));
    variables
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}

fn is_kept(name: &OsStr) -> bool {
    PLACES.iter().any(|place| name.eq_ignore_ascii_case(place))
}
