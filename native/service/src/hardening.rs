//! What keeps others out of the sensor's processes. An administrator who asks for the right to debug
//! gets in all the same: that takes a protected process, which needs a signature by Microsoft.

use crate::descriptor::Descriptor;
use crate::failure::Failure;
use crate::handle::Handle;
use std::ffi::c_void;
use std::ptr::null_mut;
use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Security::Authorization::{SE_KERNEL_OBJECT, SetSecurityInfo};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, PROTECTED_DACL_SECURITY_INFORMATION,
};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, OpenProcess, PROCESS_MITIGATION_POLICY, ProcessExtensionPointDisablePolicy,
    ProcessImageLoadPolicy, SetProcessMitigationPolicy,
};

/// The system: everything. Administrators: SYNCHRONIZE, PROCESS_QUERY_LIMITED_INFORMATION and
/// PROCESS_TERMINATE, which is what an uninstallation by force needs, and what Windows mends by a new start.
/// Nobody reads or writes its memory, duplicates its handles or starts threads in it.
const ACCESS: &str = "D:(A;;0x1fffff;;;SY)(A;;0x101001;;;BA)";
const WRITE_DAC: u32 = 0x0004_0000;
/// NoRemoteImages, NoLowMandatoryLabelImages and PreferSystem32Images.
const IMAGE_LOAD: u32 = 0b111;
/// DisableExtensionPoints: no AppInit libraries, no window hooks, no legacy input methods.
const EXTENSION_POINTS: u32 = 0b1;

/// Hardens this process, and closes the one that started it, which is the launcher.
pub(crate) fn harden(launcher: u32) -> Result<(), Failure> {
    restrict(ProcessImageLoadPolicy, IMAGE_LOAD)?;
    restrict(ProcessExtensionPointDisablePolicy, EXTENSION_POINTS)?;
    // SAFETY: it has no arguments; what it gives need not be closed.
    close_to_others(unsafe { GetCurrentProcess() })?;
    // SAFETY: it takes no pointers.
    let launcher = Handle::new(unsafe { OpenProcess(WRITE_DAC, 0, launcher) })
        .ok_or_else(|| Failure::last("open the launcher"))?;
    close_to_others(launcher.0)
}

fn restrict(what: PROCESS_MITIGATION_POLICY, flags: u32) -> Result<(), Failure> {
    let flags_place = (&raw const flags).cast::<c_void>();
    // SAFETY: both policies are a structure of one 32-bit number, which outlives the call.
    match unsafe { SetProcessMitigationPolicy(what, flags_place, size_of::<u32>()) } {
        0 => Err(Failure::last(format!("set the process's policy {what}"))),
        _ => Ok(()),
    }
}

fn close_to_others(process: HANDLE) -> Result<(), Failure> {
    let access = Descriptor::of(ACCESS)?;
    // SAFETY: the handle has the right to it, and the list is valid as long as its descriptor is.
    let code = unsafe {
        SetSecurityInfo(
            process,
            SE_KERNEL_OBJECT,
            DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
            null_mut(),
            null_mut(),
            access.access_list(),
            null_mut(),
        )
    };
    match code {
        0 => Ok(()),
        code => Err(Failure::of("close the process to others", code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::windows::io::AsRawHandle;
    use std::process::{Command, Stdio};
    use windows_sys::Win32::Foundation::LocalFree;
    use windows_sys::Win32::Security::Authorization::{
        ConvertSecurityDescriptorToStringSecurityDescriptorW, GetSecurityInfo, SDDL_REVISION_1,
    };

    /// The process's access list as text.
    fn access_list(process: HANDLE) -> String {
        let mut descriptor = null_mut();
        let mut text = null_mut();
        let mut length = 0;
        // SAFETY: all places outlive the calls; what Windows allocated is freed once.
        unsafe {
            let code = GetSecurityInfo(
                process,
                SE_KERNEL_OBJECT,
                DACL_SECURITY_INFORMATION,
                null_mut(),
                null_mut(),
                null_mut(),
                null_mut(),
                &raw mut descriptor,
            );
            assert_eq!(code, 0);
            let done = ConvertSecurityDescriptorToStringSecurityDescriptorW(
                descriptor,
                SDDL_REVISION_1,
                DACL_SECURITY_INFORMATION,
                &raw mut text,
                &raw mut length,
            );
            assert_ne!(done, 0);
            let units = std::slice::from_raw_parts(text, length as usize);
            let list = String::from_utf16_lossy(units);
            LocalFree(text.cast());
            LocalFree(descriptor);
            list.trim_end_matches('\0').to_owned()
        }
    }

    #[test]
    fn a_closed_process_has_the_list_and_no_other() {
        let mut child = Command::new("cmd")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("a process");
        assert_ne!(access_list(child.as_raw_handle()), ACCESS);
        close_to_others(child.as_raw_handle()).expect("an access list");
        assert_eq!(access_list(child.as_raw_handle()), ACCESS);
        child.kill().expect("an end");
        child.wait().expect("an end");
    }
}
