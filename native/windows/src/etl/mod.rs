//! Trace files of Event Tracing for Windows (ETL).
//!
//! A file is a row of buffers, each filled by one processor; the first holds the head of the whole
//! file. [`Trace`] gives the records of all processors in the order of their times and holds at most
//! one buffer a processor.
//!
//! The format is not documented as a whole. Sources, named again at each table: evntrace.h and
//! evntcons.h of the Windows SDK; Geoff Chappell's studies of the kernel's ETW structures
//! (<https://www.geoffchappell.com/studies/windows/km/ntoskrnl/api/etw/tracelog/>); [MS-XCA] for
//! compressed buffers; what the readers etl-parser, TraceEvent and dissect.etl found.

mod buffer;
mod clock;
mod head;
mod record;
mod trace;
mod xpress;

pub use crate::bytes::{Guid, PointerSize};
pub use buffer::MAX_BUFFER;
pub use head::Head;
pub use record::{Kind, Record, Source};
pub(crate) use record::{event_facts, extension};
pub use trace::{Counters, Refusal, Trace};

#[cfg(test)]
pub(crate) mod testing;
