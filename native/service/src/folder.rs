//! A folder that only the system and administrators can open, made where everybody may make folders.

use crate::descriptor::Descriptor;
use crate::failure::Failure;
use crate::handle::Handle;
use crate::process::runs_as;
use crate::wide;
use std::ffi::c_void;
use std::ptr::null_mut;
use windows_sys::Win32::Foundation::{ERROR_ALREADY_EXISTS, GetLastError, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    GetSecurityInfo, SE_FILE_OBJECT, SetSecurityInfo,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, IsWellKnownSid, OWNER_SECURITY_INFORMATION,
    PROTECTED_DACL_SECURITY_INFORMATION, PSID, SECURITY_ATTRIBUTES, WinBuiltinAdministratorsSid,
    WinLocalSystemSid,
};
use windows_sys::Win32::Storage::FileSystem::{
    CreateDirectoryW, CreateFileW, FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_REPARSE_POINT,
    FILE_ATTRIBUTE_TAG_INFO, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT,
    FILE_READ_ATTRIBUTES, FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE,
    FileAttributeTagInfo, GetFileInformationByHandleEx, MOVEFILE_DELAY_UNTIL_REBOOT, MoveFileExW,
    OPEN_EXISTING, READ_CONTROL, WRITE_DAC,
};

/// Administrators own it; full control for them and the system, also of what is made inside; nothing
/// is inherited from above.
const FOR_ADMINISTRATORS: &str = "O:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";

/// Makes the folder unless it is there; it is administrators' alone then. Whether it was made.
///
/// What somebody else made, or what leads elsewhere, is refused: its owner could change the access
/// list at any time.
pub(crate) fn make_private(path: &str) -> Result<bool, Failure> {
    let units = wide(path);
    let descriptor = Descriptor::of(FOR_ADMINISTRATORS)?;
    let attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: descriptor.0,
        bInheritHandle: 0,
    };
    // SAFETY: the path ends with a zero; the attributes outlive the call.
    if unsafe { CreateDirectoryW(units.as_ptr(), &raw const attributes) } != 0 {
        return Ok(true);
    }
    // SAFETY: it has no arguments.
    match unsafe { GetLastError() } {
        ERROR_ALREADY_EXISTS => take(path, &descriptor).map(|()| false),
        code => Err(Failure::of(format!("make {path}"), code)),
    }
}

fn take(path: &str, descriptor: &Descriptor) -> Result<(), Failure> {
    let step = || format!("make {path} private");
    let units = wide(path);
    // SAFETY: the path ends with a zero; nothing else is passed by pointer.
    let folder = Handle::new(unsafe {
        CreateFileW(
            units.as_ptr(),
            READ_CONTROL | WRITE_DAC | FILE_READ_ATTRIBUTES,
            FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
            std::ptr::null(),
            OPEN_EXISTING,
            FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT,
            null_mut(),
        )
    })
    .ok_or_else(|| Failure::last(step()))?;
    if !is_plain_folder(&folder).ok_or_else(|| Failure::last(step()))? {
        return Err(Failure::Because(format!(
            "{path} is no folder, or leads elsewhere; remove it"
        )));
    }
    if !is_of_administrators(&folder, &step)? {
        return Err(Failure::Because(format!(
            "{path} belongs to somebody who is no administrator; remove it"
        )));
    }
    // SAFETY: the handle is open with WRITE_DAC, the list is valid.
    let code = unsafe {
        SetSecurityInfo(
            folder.0,
            SE_FILE_OBJECT,
            DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
            null_mut(),
            null_mut(),
            descriptor.access_list(),
            null_mut(),
        )
    };
    match code {
        0 => Ok(()),
        code => Err(Failure::of(step(), code)),
    }
}

fn is_plain_folder(folder: &Handle) -> Option<bool> {
    let mut facts = FILE_ATTRIBUTE_TAG_INFO::default();
    // SAFETY: the structure outlives the call and has the size given.
    let done = unsafe {
        GetFileInformationByHandleEx(
            folder.0,
            FileAttributeTagInfo,
            (&raw mut facts).cast::<c_void>(),
            size_of::<FILE_ATTRIBUTE_TAG_INFO>() as u32,
        )
    };
    let relevant = FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT;
    (done != 0).then_some(facts.FileAttributes & relevant == FILE_ATTRIBUTE_DIRECTORY)
}

/// Administrators as such, the system, or the very account that this runs as.
fn is_of_administrators(folder: &Handle, step: &dyn Fn() -> String) -> Result<bool, Failure> {
    let mut owner: PSID = null_mut();
    let mut descriptor = null_mut();
    // SAFETY: all places outlive the call; the descriptor is freed below.
    let code = unsafe {
        GetSecurityInfo(
            folder.0,
            SE_FILE_OBJECT,
            OWNER_SECURITY_INFORMATION,
            &raw mut owner,
            null_mut(),
            null_mut(),
            null_mut(),
            &raw mut descriptor,
        )
    };
    if code != 0 {
        return Err(Failure::of(step(), code));
    }
    let known = [WinBuiltinAdministratorsSid, WinLocalSystemSid];
    // SAFETY: the owner is valid as long as the descriptor is.
    let is_known = known
        .iter()
        .any(|kind| unsafe { IsWellKnownSid(owner, *kind) } != 0);
    // SAFETY: as above.
    let is_ours = is_known || unsafe { runs_as(owner) }?;
    // SAFETY: Windows allocated it so, and it is not used any more.
    unsafe { LocalFree(descriptor) };
    Ok(is_ours)
}

/// Has Windows remove a file when it starts next: one that is running cannot be removed.
pub(crate) fn remove_at_next_start(path: &str) -> Result<(), Failure> {
    let units = wide(path);
    // SAFETY: the path ends with a zero; without a new name the file is removed.
    let done = unsafe {
        MoveFileExW(
            units.as_ptr(),
            std::ptr::null(),
            MOVEFILE_DELAY_UNTIL_REBOOT,
        )
    };
    match done {
        0 => Err(Failure::last(format!("have {path} removed"))),
        _ => Ok(()),
    }
}
