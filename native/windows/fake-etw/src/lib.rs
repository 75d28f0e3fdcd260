//! A library with the tracing functions that live capture looks up in advapi32, for tests under Wine.
//!
//! `MONOMI_FAKE_ETW` names a script ([`script`]); its events are delivered through the callback that
//! was given to OpenTraceW, if the session asked for them. `MONOMI_FAKE_ETW_LOG` names a file to
//! which each call is written, one a line, so that a test can see what was asked for.
//!
//! Only a library that was built with the feature `fake-etw` looks for this one.
#![cfg(windows)]

mod calls;
mod provider;
mod script;
mod world;
