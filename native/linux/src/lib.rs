//! The Linux capture: loads the kernel programs, attaches what a configuration needs, delivers
//! records ([`monomi_record`]) batch by batch and counts what is lost.
//!
//! Tracepoints, so that it works wherever the kernel has BTF and is at least
//! [`plan::MINIMUM_KERNEL`]; for names of files programs inside the kernel where it takes them, and
//! programs of the security modules for blocking.

mod calls;
mod capture;
mod dns;
mod error;
mod facts;
mod guard;
mod kernel;
mod links;
mod mounts;
mod normalize;
mod paths;
mod pins;
pub mod plan;
mod predecessor;
mod probe;
mod protect;
mod ring;
mod routes;
mod snapshot;
mod stats;
mod waiter;

pub use capture::{Capture, Options};
pub use error::CaptureError;
pub use guard::Policy;
pub use kernel::must_mount;
pub use probe::probe;
pub use protect::{Protection, unlock};
pub use waiter::Waiter;
