//! The Linux capture: loads the kernel programs, attaches what a configuration needs, delivers
//! records ([`monomi_record`]) batch by batch and counts what is lost.
//!
//! Tracepoints only, so that it works wherever the kernel has BTF and is at least
//! [`plan::MINIMUM_KERNEL`].

mod calls;
mod capture;
mod dns;
mod error;
mod facts;
mod kernel;
mod links;
mod normalize;
mod paths;
pub mod plan;
mod routes;
mod snapshot;
mod stats;
mod waiter;

pub use capture::{Capture, Options};
pub use error::CaptureError;
pub use waiter::Waiter;
