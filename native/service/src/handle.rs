//! Handles that close themselves.

use windows_sys::Win32::Foundation::{CloseHandle, HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Services::{CloseServiceHandle, SC_HANDLE};

/// A handle of the kernel.
pub(crate) struct Handle(pub(crate) HANDLE);

impl Handle {
    /// Unless it is none.
    pub(crate) fn new(handle: HANDLE) -> Option<Self> {
        (!handle.is_null() && handle != INVALID_HANDLE_VALUE).then(|| Self(handle))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: it is open, and nobody else closes it.
        unsafe { CloseHandle(self.0) };
    }
}

/// A handle of the service control manager.
pub(crate) struct ServiceHandle(pub(crate) SC_HANDLE);

impl ServiceHandle {
    /// Unless it is none.
    pub(crate) fn new(handle: SC_HANDLE) -> Option<Self> {
        (!handle.is_null()).then(|| Self(handle))
    }
}

impl Drop for ServiceHandle {
    fn drop(&mut self) {
        // SAFETY: it is open, and nobody else closes it.
        unsafe { CloseServiceHandle(self.0) };
    }
}
