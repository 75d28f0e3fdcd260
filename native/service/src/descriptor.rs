//! Security descriptors from their text (SDDL).

use crate::failure::Failure;
use crate::wide;
use std::ptr::null_mut;
use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{ACL, GetSecurityDescriptorDacl, PSECURITY_DESCRIPTOR};

/// A security descriptor.
pub(crate) struct Descriptor(pub(crate) PSECURITY_DESCRIPTOR);

impl Descriptor {
    /// Of a text in Microsoft's Security Descriptor Definition Language.
    pub(crate) fn of(text: &str) -> Result<Self, Failure> {
        let units = wide(text);
        let mut descriptor = null_mut();
        // SAFETY: the text ends with a zero; the descriptor is this value's to free.
        let done = unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                units.as_ptr(),
                SDDL_REVISION_1,
                &raw mut descriptor,
                null_mut(),
            )
        };
        match done {
            0 => Err(Failure::last("make an access list")),
            _ => Ok(Self(descriptor)),
        }
    }

    /// Its access list, which lives as long as it does.
    pub(crate) fn access_list(&self) -> *mut ACL {
        let (mut present, mut defaulted) = (0, 0);
        let mut list = null_mut();
        // SAFETY: the descriptor is valid, and all places outlive the call.
        unsafe {
            GetSecurityDescriptorDacl(self.0, &raw mut present, &raw mut list, &raw mut defaulted);
        }
        list
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: Windows allocated it so, and it is not used any more.
        unsafe { LocalFree(self.0) };
    }
}
