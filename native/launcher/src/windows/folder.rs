//! The folder that is this user's alone, and which nobody with fewer rights can have prepared.

use super::system;
use crate::Error;
use std::fs;
use std::path::PathBuf;

const NAME: &str = "monomi-unpacked";

/// Makes and names the folder for what is unpacked. The system tells where; no variable is asked.
///
/// With an administrator's rights it lies in Program Files, where only administrators can create
/// anything, and only they can open what is in it: a program of the same user without these rights
/// could otherwise hold a file, or put its own in place. Without, it lies in the user's local
/// application data.
///
/// # Errors
/// [`Error::System`] when the folder cannot be made.
pub fn private() -> Result<PathBuf, Error> {
    let (folder, is_for_administrators) = match system::is_elevated()? {
        true => (system::program_files()?.join(NAME), true),
        false => (system::local_application_data()?.join(NAME), false),
    };
    let made = match is_for_administrators {
        true => system::create_directory_for_administrators(&folder),
        false => fs::create_dir(&folder),
    };
    match made {
        Err(cause) if cause.kind() != std::io::ErrorKind::AlreadyExists => Err(Error::system(
            format!("make the folder {}", folder.display()),
            cause,
        )),
        _ => Ok(folder),
    }
}
