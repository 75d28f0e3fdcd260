//! This process's rights, and the ends of others.

use crate::failure::Failure;
use crate::handle::Handle;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::time::Duration;
use windows_sys::Win32::Foundation::{HANDLE, WAIT_OBJECT_0};
use windows_sys::Win32::Security::{
    EqualSid, GetTokenInformation, PSID, TOKEN_ELEVATION, TOKEN_QUERY, TOKEN_USER, TokenElevation,
    TokenUser,
};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, OpenProcess, OpenProcessToken, PROCESS_SYNCHRONIZE, PROCESS_TERMINATE,
    TerminateProcess, WaitForSingleObject,
};

/// What a process that is ended by force ends with.
const KILLED: u32 = 3;
/// TOKEN_USER with the longest SID (68 bytes).
const TOKEN_USER_BYTES: usize = size_of::<TOKEN_USER>() + 68;

fn own_token() -> Result<Handle, Failure> {
    let mut token: HANDLE = null_mut();
    // SAFETY: the place outlives the call.
    let done = unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) };
    match (done, Handle::new(token)) {
        (1.., Some(token)) => Ok(token),
        _ => Err(Failure::last("open this process's token")),
    }
}

/// Whether this process has an administrator's rights in force.
pub(crate) fn is_elevated() -> Result<bool, Failure> {
    let token = own_token()?;
    let mut elevation = TOKEN_ELEVATION::default();
    let mut length = 0;
    // SAFETY: the structure outlives the call and has the size given.
    let done = unsafe {
        GetTokenInformation(
            token.0,
            TokenElevation,
            (&raw mut elevation).cast::<c_void>(),
            size_of::<TOKEN_ELEVATION>() as u32,
            &raw mut length,
        )
    };
    match done {
        0 => Err(Failure::last("read this process's token")),
        _ => Ok(elevation.TokenIsElevated != 0),
    }
}

/// Whether this process runs as the account.
///
/// # Safety
/// `account` must be a valid SID.
pub(crate) unsafe fn runs_as(account: PSID) -> Result<bool, Failure> {
    let token = own_token()?;
    // As the structure in it has to be aligned.
    let mut buffer = [0u64; TOKEN_USER_BYTES.div_ceil(8)];
    let mut length = 0;
    // SAFETY: the buffer outlives the call and has the size given.
    let done = unsafe {
        GetTokenInformation(
            token.0,
            TokenUser,
            buffer.as_mut_ptr().cast::<c_void>(),
            size_of_val(&buffer) as u32,
            &raw mut length,
        )
    };
    if done == 0 {
        return Err(Failure::last("read this process's token"));
    }
    // SAFETY: Windows filled the structure in, whose SID is in the same buffer.
    let user = unsafe { (*buffer.as_ptr().cast::<TOKEN_USER>()).User.Sid };
    // SAFETY: both are valid: one is Windows', the other the caller's promise.
    Ok(unsafe { EqualSid(user, account) } != 0)
}

/// A running process, opened so that its end can be waited for.
pub(crate) struct Process(Handle);

impl Process {
    /// None when it has ended already.
    pub(crate) fn open(id: u32) -> Option<Self> {
        // SAFETY: it takes no pointers.
        Handle::new(unsafe { OpenProcess(PROCESS_SYNCHRONIZE | PROCESS_TERMINATE, 0, id) })
            .map(Self)
    }

    /// Whether it has ended in time.
    pub(crate) fn wait(&self, time: Duration) -> bool {
        let milliseconds = u32::try_from(time.as_millis()).unwrap_or(u32::MAX - 1);
        // SAFETY: the handle is open.
        unsafe { WaitForSingleObject(self.0.0, milliseconds) == WAIT_OBJECT_0 }
    }

    /// Ends it at once.
    pub(crate) fn kill(&self) -> Result<(), Failure> {
        // SAFETY: the handle is open.
        match unsafe { TerminateProcess(self.0.0, KILLED) } {
            0 => Err(Failure::last("end the service's process")),
            _ => Ok(()),
        }
    }
}
