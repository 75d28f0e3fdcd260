//! The service's log: what the runtime says to people, where nobody sits at a terminal.

use super::{own_file, system};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::Mutex;

const FILE: &str = "service.log";
const MOST_BYTES: u64 = 1 << 20;

/// Appends to `ProgramData\NAME\logs\service.log`; when that has 1 MiB it becomes `service.log.1`.
pub(super) struct Log(Mutex<Option<PathBuf>>);

impl Log {
    /// Nothing is written where the installation made no folder for it.
    pub(super) fn of_this_service() -> Self {
        let name = own_file().ok();
        let name = name.as_deref().and_then(|path| path.file_stem());
        let data = system::program_data().ok();
        let folder = name
            .zip(data)
            .map(|(name, data)| data.join(name).join("logs"));
        Self(Mutex::new(
            folder
                .filter(|path| path.is_dir())
                .map(|path| path.join(FILE)),
        ))
    }

    /// One line.
    pub(super) fn say(&self, text: &str) {
        self.write(format!("{text}\r\n").as_bytes());
    }

    /// All that comes, as it comes.
    pub(super) fn copy(&self, mut from: impl Read) {
        let mut buffer = [0; 8192];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            self.write(&buffer[..length]);
        }
    }

    /// A full disk must not end the service.
    fn write(&self, bytes: &[u8]) {
        let Ok(path) = self.0.lock() else { return };
        let Some(path) = path.as_deref() else { return };
        let opened = OpenOptions::new().append(true).create(true).open(path);
        let Ok(mut file) = opened else { return };
        let written = file.write_all(bytes);
        let is_full = written.is_ok() && length(&file) > MOST_BYTES;
        drop(file);
        if is_full {
            drop(fs::rename(path, path.with_extension("log.1")));
        }
    }
}

fn length(file: &File) -> u64 {
    file.metadata().map_or(0, |data| data.len())
}
