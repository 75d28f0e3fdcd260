//! Makes the single file: `monomi-pack [--best] OUTPUT LAUNCHER RUNTIME SCRIPT LIBRARY [PRELOAD]`. The
//! preload library is for Linux alone.

use monomi_launcher::Error;
use monomi_launcher::image::Part;
use monomi_launcher::pack::{Effort, pack};
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: monomi-pack [--best] OUTPUT LAUNCHER RUNTIME SCRIPT LIBRARY [PRELOAD]";

fn main() -> ExitCode {
    match run(std::env::args_os().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("monomi-pack: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(mut arguments: Vec<OsString>) -> Result<(), Error> {
    let effort = match arguments.first() {
        Some(first) if first == "--best" => {
            arguments.remove(0);
            Effort::Best
        }
        _ => Effort::Normal,
    };
    let paths: Vec<PathBuf> = arguments.into_iter().map(PathBuf::from).collect();
    let [output, launcher, parts @ ..] = &paths[..] else {
        return Err(Error::Usage(USAGE.into()));
    };
    if parts.len() != Part::ALL.len() && parts.len() != Part::ALL.len() - 1 {
        return Err(Error::Usage(USAGE.into()));
    }
    let parts = parts
        .iter()
        .map(|path| read(path))
        .collect::<Result<Vec<_>, _>>()?;
    let packed = pack(&read(launcher)?, &parts, effort)?;
    write_executable(output, &packed)
        .map_err(|cause| Error::system(format!("write {}", output.display()), cause))
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|cause| Error::system(format!("read {}", path.display()), cause))
}

/// Replaces `path` in one step, so that a running copy is left alone and nobody sees half a file.
fn write_executable(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let draft = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o755);
    let mut file = options.open(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(draft, path)
}
