//! The functions of Windows behind the traits of live capture.
//!
//! All of them but those of kernel32 are looked up when the program runs, so that the library loads
//! where one is missing, and says which.

mod advapi;
mod files;
mod host;
mod library;
mod process;
mod provider;
mod trust;
mod version;

pub use advapi::Advapi;
pub use files::SystemFiles;
pub use host::Host;
pub use provider::Provider;
pub use trust::Wintrust;
pub use version::windows_version;

/// UTF-16 with a zero at the end.
fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// UTF-16 up to a zero or the end.
fn text(units: &[u16]) -> String {
    let length = units.iter().position(|unit| *unit == 0);
    String::from_utf16_lossy(&units[..length.unwrap_or(units.len())])
}
