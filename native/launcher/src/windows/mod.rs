//! Start on Windows: unpack into a private folder, run the runtime as a child that does not outlive
//! this process.

pub mod folder;
pub mod store;
mod system;

use crate::Error;
use crate::command::{self, Places};
use crate::unpack::Image;
use std::fs::File;
use std::process::{Command, ExitCode};

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

/// Runs the program to its end. Does not return when the program has run: this process then ends
/// with the program's exit code.
///
/// # Errors
/// [`Error`] for whatever keeps the program from running.
pub fn start() -> Result<ExitCode, Error> {
    let own =
        std::env::current_exe().map_err(|cause| Error::system("find this executable", cause))?;
    let file = File::open(&own).map_err(|cause| Error::system("open this executable", cause))?;
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
    environment.extend(
        std::env::vars_os()
            .filter(|(name, _)| PLACES.iter().any(|place| name.eq_ignore_ascii_case(place))),
    );
    // Sockets and random numbers need it; the caller's might lead anywhere.
    environment.push(("SystemRoot".into(), system::windows_directory()?.into()));
    system::end_children_with_this_process()?;
    system::leave_interrupts_to_the_child()?;
    let status = Command::new(parts.runtime())
        .args(arguments)
        .env_clear()
        .envs(environment)
        .status()
        .map_err(|cause| Error::system("start the runtime", cause))?;
    drop(parts);
    // An exit code of Windows has 32 bits, more than ExitCode takes.
    std::process::exit(status.code().unwrap_or(3))
}
