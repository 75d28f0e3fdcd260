//! What Windows is asked: who this is, where things are, what happens when this process ends.

use crate::Error;
use std::ffi::{OsStr, OsString, c_void};
use std::io;
use std::mem::size_of;
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};
use windows_sys::Win32::Foundation::{CloseHandle, HANDLE, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{
    GetTokenInformation, SECURITY_ATTRIBUTES, TOKEN_ELEVATION, TOKEN_QUERY, TokenElevation,
};
use windows_sys::Win32::Storage::FileSystem::CreateDirectoryW;
use windows_sys::Win32::System::Com::CoTaskMemFree;
use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, CTRL_C_EVENT, SetConsoleCtrlHandler};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation,
    SetInformationJobObject,
};
use windows_sys::Win32::System::SystemInformation::GetSystemWindowsDirectoryW;
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, OpenProcessToken, TerminateProcess,
};
use windows_sys::Win32::UI::Shell::{
    FOLDERID_LocalAppData, FOLDERID_ProgramData, FOLDERID_ProgramFiles, SHGetKnownFolderPath,
};
use windows_sys::core::{BOOL, GUID};

/// Full control for the system and administrators, for what is created inside, too; nothing is
/// inherited from the folder above.
const FOR_ADMINISTRATORS: &str = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";
const LONGEST_PATH: usize = 32 * 1024;
/// What a process that is ended by force ends with.
const KILLED: u32 = 3;

fn last_error(step: &str) -> Error {
    Error::system(step, io::Error::last_os_error())
}

fn wide(text: &OsStr) -> Vec<u16> {
    text.encode_wide().chain([0]).collect()
}

/// Whether this process has an administrator's rights in force.
pub(super) fn is_elevated() -> Result<bool, Error> {
    let mut token: HANDLE = null_mut();
    let mut elevation = TOKEN_ELEVATION::default();
    let mut length = 0;
    // SAFETY: every pointer is to a local that outlives the call, with its true size; the token is
    // closed once, after its last use.
    let answered = unsafe {
        if OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) == 0 {
            return Err(last_error("open this process's token"));
        }
        let answered = GetTokenInformation(
            token,
            TokenElevation,
            (&raw mut elevation).cast::<c_void>(),
            size_of::<TOKEN_ELEVATION>() as u32,
            &raw mut length,
        );
        CloseHandle(token);
        answered
    };
    match answered {
        0 => Err(last_error("read this process's token")),
        _ => Ok(elevation.TokenIsElevated != 0),
    }
}

/// The folder of installed programs.
pub(super) fn program_files() -> Result<PathBuf, Error> {
    known_folder(&FOLDERID_ProgramFiles, "find the folder Program Files")
}

/// The folder for the data of services.
pub(super) fn program_data() -> Result<PathBuf, Error> {
    known_folder(&FOLDERID_ProgramData, "find the folder ProgramData")
}

/// The user's folder for data that stays on this machine.
pub(super) fn local_application_data() -> Result<PathBuf, Error> {
    known_folder(
        &FOLDERID_LocalAppData,
        "find the folder for local application data",
    )
}

fn known_folder(folder: &GUID, step: &str) -> Result<PathBuf, Error> {
    let mut text: *mut u16 = null_mut();
    // SAFETY: the identifier and the pointer's place outlive the call.
    let result = unsafe { SHGetKnownFolderPath(folder, 0, null_mut(), &raw mut text) };
    let path = match text.is_null() {
        true => PathBuf::new(),
        false => {
            let length = (0..LONGEST_PATH)
                // SAFETY: the text ends with a NUL, and nothing behind that is read.
                .find(|&at| unsafe { *text.add(at) } == 0)
                .unwrap_or(0);
            // SAFETY: `length` units before the NUL belong to the text.
            OsString::from_wide(unsafe { std::slice::from_raw_parts(text, length) }).into()
        }
    };
    // SAFETY: the text is the caller's to free, also after a failure; a null pointer is allowed.
    unsafe { CoTaskMemFree(text.cast::<c_void>()) };
    match result {
        0 if path.is_absolute() => Ok(path),
        _ => Err(Error::system(step, io::Error::from_raw_os_error(result))),
    }
}

/// The folder of Windows itself.
pub(super) fn windows_directory() -> Result<PathBuf, Error> {
    let mut text = vec![0u16; LONGEST_PATH];
    // SAFETY: the buffer is writable for the length given.
    let length = unsafe { GetSystemWindowsDirectoryW(text.as_mut_ptr(), text.len() as u32) };
    match length as usize {
        length if (1..text.len()).contains(&length) => {
            Ok(OsString::from_wide(&text[..length]).into())
        }
        _ => Err(last_error("find the folder of Windows")),
    }
}

/// Makes a folder that only administrators and the system can open.
pub(super) fn create_directory_for_administrators(path: &Path) -> io::Result<()> {
    let path = wide(path.as_os_str());
    let text = wide(OsStr::new(FOR_ADMINISTRATORS));
    let mut descriptor = null_mut();
    // SAFETY: both texts end with a NUL; the descriptor is freed once, after its only use.
    unsafe {
        if ConvertStringSecurityDescriptorToSecurityDescriptorW(
            text.as_ptr(),
            SDDL_REVISION_1,
            &raw mut descriptor,
            null_mut(),
        ) == 0
        {
            return Err(io::Error::last_os_error());
        }
        let attributes = SECURITY_ATTRIBUTES {
            nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
            lpSecurityDescriptor: descriptor,
            bInheritHandle: 0,
        };
        let outcome = match CreateDirectoryW(path.as_ptr(), &raw const attributes) {
            0 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        };
        LocalFree(descriptor);
        outcome
    }
}

/// Ends a process at once.
pub(super) fn end_process(process: &OwnedHandle) {
    // SAFETY: the handle is open; that it has ended already is no matter.
    unsafe { TerminateProcess(process.as_raw_handle(), KILLED) };
}

/// Puts this process into a job whose last handle it holds: when it ends, however it ends, the
/// system ends what it started.
pub(super) fn end_children_with_this_process() -> Result<(), Error> {
    let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    // SAFETY: the structure outlives the call and has the size given; the job's handle stays open
    // until this process ends, which is its purpose.
    let is_assigned = unsafe {
        let job = CreateJobObjectW(null(), null());
        !job.is_null()
            && SetInformationJobObject(
                job,
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast::<c_void>(),
                size_of::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>() as u32,
            ) != 0
            && AssignProcessToJobObject(job, GetCurrentProcess()) != 0
    };
    match is_assigned {
        true => Ok(()),
        false => Err(last_error("make a job for the runtime")),
    }
}

/// Ctrl-C and ctrl-Break reach every process of the console: the program ends in order by itself,
/// and this process waits for that. Closing the console ends both.
pub(super) fn leave_interrupts_to_the_child() -> Result<(), Error> {
    // SAFETY: the handler is a function without state.
    match unsafe { SetConsoleCtrlHandler(Some(leave_to_the_child), 1) } {
        0 => Err(last_error("leave ctrl-C to the runtime")),
        _ => Ok(()),
    }
}

unsafe extern "system" fn leave_to_the_child(event: u32) -> BOOL {
    BOOL::from(matches!(event, CTRL_C_EVENT | CTRL_BREAK_EVENT))
}
