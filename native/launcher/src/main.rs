//! Start of the single file.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    let outcome = monomi_launcher::linux::start().map(|never| match never {});
    #[cfg(windows)]
    let outcome = monomi_launcher::windows::start();
    outcome.unwrap_or_else(|error| {
        eprintln!("monomi: {error}");
        ExitCode::from(error.exit_code())
    })
}
