//! Which records about files are worth a line: most opens and closings are not.

use crate::etl::Record;
use crate::images::Recent;
use crate::layout::{self, Known};

/// New files that are open; of more, the oldest are forgotten.
const MOST_NEW: usize = 65_536;
/// What files on volumes and shares begin with; what is behind these, or is these alone, is a device.
const VOLUME: &str = "\\Device\\HarddiskVolume";
const SHARES: &str = "\\Device\\Mup\\";

/// Follows files from being made to being closed.
pub(super) struct FileObjects {
    new: Recent<u64, ()>,
}

impl FileObjects {
    pub(super) fn new() -> Self {
        Self {
            new: Recent::new(MOST_NEW),
        }
    }

    /// Whether the record is to be told: opens of what is no file, and closings of what is new.
    pub(super) fn is_told(&mut self, known: &Known, record: &Record) -> bool {
        match known.event {
            "FileOpen" => {
                !layout::text(known, record, "path").is_some_and(|path| is_on_volume(&path))
            }
            "FileCreate" => {
                if let Some(object) = object_of(known, record) {
                    self.new.insert(object, ());
                }
                true
            }
            "FileCleanup" => {
                object_of(known, record).is_some_and(|object| self.new.remove(&object).is_some())
            }
            _ => true,
        }
    }
}

fn is_on_volume(path: &str) -> bool {
    let behind = path.strip_prefix(VOLUME);
    path.starts_with(SHARES) || behind.is_some_and(|behind| behind.contains('\\'))
}

fn object_of(known: &Known, record: &Record) -> Option<u64> {
    layout::pointer(known, record, "object")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::etl::{PointerSize, Source};
    use crate::layout::provider;

    const OPEN: u16 = 12;
    const CLEANUP: u16 = 13;
    const CREATE: u16 = 30;

    fn is_told(objects: &mut FileObjects, id: u16, object: u64, path: &str) -> bool {
        let guid = provider::FILE.guid;
        let mut payload = [7_u64, object, 0].map(u64::to_le_bytes).concat();
        if id != CLEANUP {
            payload.extend([0; 8]);
            payload.extend(path.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
        }
        let record = Record {
            version: 1,
            ..Record::of_event(Source::Provider { guid, id }, PointerSize::Eight, &payload)
        };
        let known = layout::find(&record.source, 1).unwrap();
        objects.is_told(&known, &record)
    }

    #[test]
    fn of_what_is_opened_only_devices_are_told() {
        let mut objects = FileObjects::new();
        for (path, told) in [
            ("\\Device\\HarddiskVolume3\\Windows\\x.dll", false),
            ("\\Device\\Mup\\server\\share\\x", false),
            ("\\Device\\HarddiskVolume3", true),
            ("\\Device\\Harddisk0\\DR0", true),
            ("\\Device\\NamedPipe\\lsass", true),
            ("", true),
        ] {
            assert_eq!(is_told(&mut objects, OPEN, 1, path), told, "{path}");
        }
    }

    #[test]
    fn a_new_file_is_told_to_be_closed_once() {
        let mut objects = FileObjects::new();
        assert!(!is_told(&mut objects, CLEANUP, 5, ""));
        assert!(is_told(
            &mut objects,
            CREATE,
            5,
            "\\Device\\HarddiskVolume3\\x"
        ));
        assert!(!is_told(&mut objects, CLEANUP, 6, ""));
        assert!(is_told(&mut objects, CLEANUP, 5, ""));
        assert!(!is_told(&mut objects, CLEANUP, 5, ""));
    }
}
