//! What live capture needs of Event Tracing for Windows.

use crate::etl::{Guid, Record};

/// A Windows error code; 0 is success and never one.
pub type Code = u32;

/// Error codes of winerror.h that are told apart.
pub mod code {
    use super::Code;
    /// ERROR_ACCESS_DENIED.
    pub const ACCESS_DENIED: Code = 5;
    /// ERROR_CALL_NOT_IMPLEMENTED.
    pub const NOT_IMPLEMENTED: Code = 120;
    /// ERROR_ALREADY_EXISTS: a session of this name.
    pub const ALREADY_EXISTS: Code = 183;
    /// ERROR_NO_SYSTEM_RESOURCES: there are too many sessions.
    pub const NO_RESOURCES: Code = 1450;
    /// ERROR_WMI_INSTANCE_NOT_FOUND: no session of this name.
    pub const NOT_FOUND: Code = 4201;
    /// ERROR_CTX_CLOSE_PENDING: a trace is closed once its last buffer is read.
    pub const CLOSE_PENDING: Code = 7007;
}

/// How a session is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// KiB of a buffer.
    pub buffer_kib: u32,
    /// Buffers at the start.
    pub minimum_buffers: u32,
    /// Buffers it may grow to.
    pub maximum_buffers: u32,
    /// EVENT_TRACE_FLAG_…: what the kernel logger writes into it.
    pub kernel_flags: u32,
}

/// What a provider is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enablement {
    /// Which provider.
    pub provider: Guid,
    /// Its events have one of these.
    pub keywords: u64,
    /// And one of these numbers.
    pub ids: Vec<u16>,
}

/// What a session could not deliver, since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// Events that found no buffer.
    pub events: u32,
    /// Buffers that came too late, with all their events.
    pub buffers: u32,
}

/// An event with its time as FILETIME.
pub type Delivered<'a> = (i64, Record<'a>);

/// Takes the events of a trace.
pub type Take = Box<dyn FnMut(&Delivered<'_>) + Send>;

/// Trace sessions. Handles are those of Windows; results are its error codes.
pub trait EtwApi: Send + Sync + 'static {
    /// StartTraceW, in real time and with the kernel logger's events.
    ///
    /// # Errors
    /// [`code::ALREADY_EXISTS`] when a session has this name, and others.
    fn start(&self, name: &str, settings: &Settings) -> Result<u64, Code>;

    /// ControlTraceW with EVENT_TRACE_CONTROL_STOP, by name.
    ///
    /// # Errors
    /// [`code::NOT_FOUND`] when there is none, and others.
    fn stop(&self, name: &str) -> Result<(), Code>;

    /// ControlTraceW with EVENT_TRACE_CONTROL_QUERY.
    ///
    /// # Errors
    /// What Windows says.
    fn losses(&self, name: &str) -> Result<Losses, Code>;

    /// EnableTraceEx2; replaces what was asked of the provider before.
    ///
    /// # Errors
    /// What Windows says.
    fn enable(&self, session: u64, enablement: &Enablement) -> Result<(), Code>;

    /// EnableTraceEx2 with EVENT_CONTROL_CODE_DISABLE_PROVIDER.
    ///
    /// # Errors
    /// What Windows says.
    fn disable(&self, session: u64, provider: Guid) -> Result<(), Code>;

    /// EnableTraceEx2 with EVENT_CONTROL_CODE_CAPTURE_STATE: the provider is to tell what there is.
    ///
    /// # Errors
    /// What Windows says.
    fn capture_state(&self, session: u64, provider: Guid, keywords: u64) -> Result<(), Code>;

    /// OpenTraceW: events of the session will go to `take`.
    ///
    /// # Errors
    /// What Windows says.
    fn open(&self, name: &str, take: Take) -> Result<u64, Code>;

    /// ProcessTrace: calls `take` with each event, until the trace is closed or the session ends.
    ///
    /// # Errors
    /// What Windows says.
    fn process(&self, trace: u64) -> Result<(), Code>;

    /// CloseTrace: makes a running [`EtwApi::process`] return.
    fn close(&self, trace: u64);
}
