//! Functions of Windows' own libraries, looked up by name.

use super::super::refusal::Refusal;
use super::wide;
use std::ffi::{CString, c_void};

#[link(name = "kernel32")]
unsafe extern "system" {
    fn LoadLibraryExW(name: *const u16, file: *mut c_void, flags: u32) -> *mut c_void;
    fn GetProcAddress(library: *mut c_void, name: *const i8) -> *mut c_void;
}

/// Only in Windows' own directory: a library of this name elsewhere is not Windows'.
const LOAD_LIBRARY_SEARCH_SYSTEM32: u32 = 0x800;

/// A loaded library. It stays loaded.
#[derive(Clone, Copy)]
pub(super) struct Library(*mut c_void);

// SAFETY: a module's handle may be used on any thread.
unsafe impl Send for Library {}
// SAFETY: as above.
unsafe impl Sync for Library {}

impl Library {
    /// One of Windows.
    pub(super) fn of_system(name: &str) -> Option<Self> {
        Self::load(name, LOAD_LIBRARY_SEARCH_SYSTEM32)
    }

    /// The one that has the functions of event tracing.
    pub(super) fn of_tracing() -> Result<Self, Refusal> {
        const ADVAPI: &str = "advapi32.dll";
        #[cfg(feature = "fake-etw")]
        let library = match std::env::var("MONOMI_ETW_LIBRARY") {
            Ok(path) => Self::at_path(&path),
            Err(_) => Self::of_system(ADVAPI),
        };
        #[cfg(not(feature = "fake-etw"))]
        let library = Self::of_system(ADVAPI);
        library.ok_or(Refusal::Missing { function: ADVAPI })
    }

    /// One at a path, in place of Windows' tracing functions: for tests, and in no other build.
    #[cfg(feature = "fake-etw")]
    fn at_path(path: &str) -> Option<Self> {
        Self::load(path, 0)
    }

    fn load(name: &str, flags: u32) -> Option<Self> {
        let name = wide(name);
        // SAFETY: the name ends with a zero and outlives the call.
        let library = unsafe { LoadLibraryExW(name.as_ptr(), std::ptr::null_mut(), flags) };
        (!library.is_null()).then_some(Self(library))
    }

    fn address(self, function: &str) -> Option<*mut c_void> {
        let name = CString::new(function).ok()?;
        // SAFETY: the library is loaded; the name ends with a zero.
        let address = unsafe { GetProcAddress(self.0, name.as_ptr().cast()) };
        (!address.is_null()).then_some(address)
    }

    /// A function.
    ///
    /// # Safety
    /// `F` must be the type of a pointer to this function.
    pub(super) unsafe fn function<F: Copy>(self, function: &'static str) -> Result<F, Refusal> {
        // SAFETY: the caller's promise.
        let found = unsafe { self.find(function) };
        found.ok_or(Refusal::Missing { function })
    }

    /// A function that may be missing.
    ///
    /// # Safety
    /// As [`Library::function`].
    pub(super) unsafe fn find<F: Copy>(self, function: &str) -> Option<F> {
        const { assert!(size_of::<F>() == size_of::<*mut c_void>()) };
        let address = self.address(function)?;
        // SAFETY: both are pointers; that the type is right is the caller's promise.
        Some(unsafe { std::mem::transmute_copy::<*mut c_void, F>(&address) })
    }
}
