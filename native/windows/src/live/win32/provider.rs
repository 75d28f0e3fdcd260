//! An event provider through advapi32.

use super::super::api::Code;
use super::super::refusal::Refusal;
use super::super::structures::EventDescriptor;
use super::library::Library;
use crate::etl::Guid;
use crate::event_log::{DataDescriptor, Item, ProviderApi};
use std::ffi::c_void;

type EventRegister =
    unsafe extern "system" fn(*const Guid, *const c_void, *const c_void, *mut u64) -> u32;
type EventProviderEnabled = unsafe extern "system" fn(u64, u8, u64) -> u8;
type EventWrite =
    unsafe extern "system" fn(u64, *const EventDescriptor, u32, *const DataDescriptor) -> u32;
type EventUnregister = unsafe extern "system" fn(u64) -> u32;

/// TRACE_LEVEL_ERROR: a channel that takes anything takes errors.
const ERROR: u8 = 2;
const ANY_KEYWORD: u64 = 0;

/// Windows' functions for event providers.
pub struct Provider {
    register: EventRegister,
    enabled: EventProviderEnabled,
    write: EventWrite,
    unregister: EventUnregister,
}

impl Provider {
    /// Looks the functions up.
    ///
    /// # Errors
    /// Which one is missing.
    pub fn load() -> Result<Self, Refusal> {
        let library = Library::of_tracing()?;
        // SAFETY: the types are those of evntprov.h.
        unsafe {
            Ok(Self {
                register: library.function("EventRegister")?,
                enabled: library.function("EventProviderEnabled")?,
                write: library.function("EventWrite")?,
                unregister: library.function("EventUnregister")?,
            })
        }
    }
}

impl ProviderApi for Provider {
    fn register(&self, provider: Guid) -> Result<u64, Code> {
        let mut registration = 0;
        let none = std::ptr::null();
        // SAFETY: both outlive the call; without a callback nothing is called.
        let code =
            unsafe { (self.register)(&raw const provider, none, none, &raw mut registration) };
        if code == 0 {
            Ok(registration)
        } else {
            Err(code)
        }
    }

    fn is_heard(&self, registration: u64) -> bool {
        // SAFETY: it takes no pointers.
        unsafe { (self.enabled)(registration, ERROR, ANY_KEYWORD) != 0 }
    }

    fn write(
        &self,
        registration: u64,
        descriptor: &EventDescriptor,
        items: &[Item<'_>],
    ) -> Result<(), Code> {
        let nothing = DataDescriptor {
            address: 0,
            size: 0,
            reserved: 0,
        };
        let mut descriptors = [nothing; 128];
        for (to, item) in descriptors.iter_mut().zip(items) {
            to.address = item.as_ptr() as u64;
            to.size = size_of_val(*item) as u32;
        }
        let count = items.len().min(descriptors.len()) as u32;
        // SAFETY: the descriptors name the items, which outlive the call.
        let code = unsafe {
            (self.write)(
                registration,
                std::ptr::from_ref(descriptor),
                count,
                descriptors.as_ptr(),
            )
        };
        if code == 0 { Ok(()) } else { Err(code) }
    }

    fn unregister(&self, registration: u64) {
        // SAFETY: it takes no pointers. There is nothing to be done when it fails.
        let _: Code = unsafe { (self.unregister)(registration) };
    }
}
