//! Live capture from Event Tracing for Windows.
//!
//! A trace session of our own delivers events in real time ([`capture`]). Which providers it is fed
//! by is a table ([`plan`]); what they say is decoded by the same tables as trace files, and becomes
//! the same lines ([`crate::lines`]), between which stand a few about the host ([`host`]).
//!
//! The functions of Windows are behind two small traits, [`EtwApi`] and [`host::HostFacts`]; with
//! other implementations everything here runs, and is tested, on any system.

mod api;
mod capture;

mod delivered;
mod file_objects;
mod gatherer;
pub mod host;
pub mod plan;
mod queue;
mod refusal;
mod session;
pub mod structures;
#[cfg(windows)]
mod win32;

pub use api::{Code, Delivered, Enablement, EtwApi, Losses, Settings, Take, code};
pub use capture::{Capture, Options, Waiting};
pub use delivered::delivered;
pub use refusal::Refusal;
#[cfg(windows)]
pub use win32::{Advapi, Host, Provider, SystemFiles, Wintrust, windows_version};

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
