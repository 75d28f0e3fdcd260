//! Files of images: opened without side effects, and told apart.

use crate::bytes::Bytes;
use crate::images::{FileVersion, ImageFiles};
use monomi_hash::Reason;
use std::ffi::c_void;
use std::fs::File;
use std::io::ErrorKind;
use std::os::windows::fs::MetadataExt;
use std::os::windows::io::AsRawHandle;

type Handle = *mut c_void;

#[link(name = "kernel32")]
unsafe extern "system" {
    fn GetFileType(file: Handle) -> u32;
    fn GetFileInformationByHandleEx(
        file: Handle,
        class: i32,
        information: *mut c_void,
        length: u32,
    ) -> i32;
    fn DeviceIoControl(
        device: Handle,
        code: u32,
        input: *const c_void,
        input_length: u32,
        output: *mut c_void,
        output_length: u32,
        returned: *mut u32,
        overlapped: *mut c_void,
    ) -> i32;
}

const FILE_TYPE_DISK: u32 = 1;
/// FILE_INFO_BY_HANDLE_CLASS of minwinbase.h.
mod class {
    pub(super) const BASIC: i32 = 0;
    pub(super) const ID: i32 = 18;
}
const FSCTL_READ_FILE_USN_DATA: u32 = 0x0009_00eb;
/// FILE_ATTRIBUTE_OFFLINE, …_RECALL_ON_OPEN and …_RECALL_ON_DATA_ACCESS: reading would fetch the file
/// from elsewhere.
const ELSEWHERE: u32 = 0x1000 | 0x4_0000 | 0x40_0000;

/// The files of this Windows.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemFiles;

impl ImageFiles for SystemFiles {
    fn open(&self, path: &str) -> Result<File, Reason> {
        let file = File::open(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Reason::Gone,
            ErrorKind::PermissionDenied => Reason::Permission,
            _ => Reason::IoError,
        })?;
        // SAFETY: the handle is open.
        if unsafe { GetFileType(file.as_raw_handle()) } != FILE_TYPE_DISK {
            return Err(Reason::NotRegular);
        }
        let attributes = file
            .metadata()
            .map_err(|_| Reason::IoError)?
            .file_attributes();
        if attributes & ELSEWHERE != 0 {
            return Err(Reason::Fuse);
        }
        Ok(file)
    }

    fn version(&self, file: &File) -> Option<FileVersion> {
        let id = information::<24>(file, class::ID)?;
        let basic = information::<40>(file, class::BASIC)?;
        let mut times = Bytes::at(&basic, 16);
        let (written, changed) = (times.i64()?, times.i64()?);
        Some(FileVersion {
            volume: Bytes::new(&id).u64()?,
            file: *id.last_chunk()?,
            size: file.metadata().ok()?.len(),
            written,
            changed,
            usn: usn(file).unwrap_or(0),
        })
    }
}

fn information<const LENGTH: usize>(file: &File, class: i32) -> Option<[u8; LENGTH]> {
    // FILE_BASIC_INFO and FILE_ID_INFO begin with 64-bit numbers.
    #[repr(align(8))]
    struct Aligned<const LENGTH: usize>([u8; LENGTH]);
    let mut bytes = Aligned([0; LENGTH]);
    // SAFETY: the handle is open; the buffer outlives the call and has this length.
    let done = unsafe {
        GetFileInformationByHandleEx(
            file.as_raw_handle(),
            class,
            bytes.0.as_mut_ptr().cast(),
            LENGTH as u32,
        )
    };
    (done != 0).then_some(bytes.0)
}

/// Usn of a USN_RECORD_V2 or _V3.
fn usn(file: &File) -> Option<i64> {
    const RECORD_BYTES: usize = 1024;
    #[repr(align(8))]
    struct Aligned([u8; RECORD_BYTES]);
    let mut record = Aligned([0; RECORD_BYTES]);
    let mut length = 0;
    // SAFETY: the handle is open; both results outlive the call; the buffer has this length.
    let done = unsafe {
        DeviceIoControl(
            file.as_raw_handle(),
            FSCTL_READ_FILE_USN_DATA,
            std::ptr::null(),
            0,
            record.0.as_mut_ptr().cast(),
            RECORD_BYTES as u32,
            &raw mut length,
            std::ptr::null_mut(),
        )
    };
    let record = record.0.get(..length as usize).filter(|_| done != 0)?;
    let at = match Bytes::at(record, 4).u16()? {
        2 => 24,
        3 => 40,
        _ => return None,
    };
    Bytes::at(record, at).i64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use monomi_hash::Request;

    #[test]
    fn a_file_is_told_from_others_and_from_what_it_was() {
        let folder = std::env::temp_dir();
        let path = folder.join(format!("monomi-files-{}", std::process::id()));
        let text = path.to_str().unwrap().to_owned();
        std::fs::write(&path, "one").unwrap();
        let version = || SystemFiles.version(&SystemFiles.open(&text).unwrap());
        let first = version().unwrap();
        assert_eq!(version(), Some(first));
        std::fs::write(&path, "another").unwrap();
        assert_ne!(version(), Some(first));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(SystemFiles.open(&text).unwrap_err(), Reason::Gone);
    }

    #[test]
    fn devices_and_folders_are_not_read() {
        assert!(SystemFiles.open("\\\\.\\NUL").is_err());
        assert!(SystemFiles.open("C:\\windows").is_err());
    }

    #[test]
    fn a_library_of_windows_says_what_it_is() {
        let images = crate::images::Images::new(SystemFiles, super::super::Wintrust::load());
        let path = "\\\\?\\C:\\windows\\system32\\kernel32.dll";
        let described = images.describe(path, &Request::default()).unwrap();
        let facts = described.facts.unwrap();
        assert_eq!(facts.original_file_name, "kernel32.dll");
    }
}
