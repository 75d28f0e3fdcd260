//! The program as a service of Windows: what is asked of the service control manager, and places
//! that only administrators can enter.
//!
//! Requests and answers are JSON ([`manage`]); TypeScript decides what is done in which order.

#![cfg(windows)]

mod descriptor;
mod failure;
mod folder;
mod handle;
mod hardening;
mod manager;
mod process;
mod request;

pub use request::manage;

use std::ffi::OsStr;
use std::os::windows::ffi::OsStrExt;

/// UTF-16 with a zero at the end.
fn wide(text: &str) -> Vec<u16> {
    OsStr::new(text).encode_wide().chain([0]).collect()
}
