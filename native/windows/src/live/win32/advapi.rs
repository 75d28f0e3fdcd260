//! Trace sessions through advapi32.

use super::super::api::{Code, Delivered, Enablement, EtwApi, Losses, Settings, Take, code};
use super::super::delivered::delivered;
use super::super::refusal::Refusal;
use super::super::structures::{
    EnableParameters, EventRecord, FilterDescriptor, TraceLogfile, TraceProperties,
};
use super::library::Library;
use super::wide;
use crate::etl::Guid;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

type StartTrace = unsafe extern "system" fn(*mut u64, *const u16, *mut TraceProperties) -> u32;
type ControlTrace = unsafe extern "system" fn(u64, *const u16, *mut TraceProperties, u32) -> u32;
type EnableTrace = unsafe extern "system" fn(
    u64,
    *const Guid,
    u32,
    u8,
    u64,
    u64,
    u32,
    *const EnableParameters,
) -> u32;
type OpenTrace = unsafe extern "system" fn(*mut TraceLogfile) -> u64;
type ProcessTrace = unsafe extern "system" fn(*const u64, u32, *const i64, *const i64) -> u32;
type CloseTrace = unsafe extern "system" fn(u64) -> u32;

#[link(name = "kernel32")]
unsafe extern "system" {
    fn GetLastError() -> u32;
}

/// EVENT_TRACE_REAL_TIME_MODE and EVENT_TRACE_SYSTEM_LOGGER_MODE.
const SESSION_MODE: u32 = 0x100 | 0x0200_0000;
/// WNODE_FLAG_TRACED_GUID.
const TRACED_GUID: u32 = 0x0002_0000;
const PERFORMANCE_COUNTER: u32 = 1;
const FLUSH_SECONDS: u32 = 1;
/// EVENT_TRACE_CONTROL_….
const QUERY: u32 = 0;
const STOP: u32 = 1;
/// EVENT_CONTROL_CODE_….
const DISABLE: u32 = 0;
const ENABLE: u32 = 1;
const CAPTURE_STATE: u32 = 2;
/// EVENT_ENABLE_PROPERTY_SID and …_PROCESS_START_KEY.
const ENABLE_PROPERTIES: u32 = 0x1 | 0x80;
const EVENT_FILTER_TYPE_EVENT_ID: u32 = 0x8000_0200;
const VERBOSE: u8 = 5;
/// PROCESS_TRACE_MODE_REAL_TIME and …_EVENT_RECORD.
const PROCESS_MODE: u32 = 0x100 | 0x1000_0000;
const INVALID_TRACE: u64 = u64::MAX;
/// Room for a session's name behind its properties, in UTF-16 units.
const NAME_UNITS: usize = 1024;

/// Windows' tracing functions.
pub struct Advapi {
    start: StartTrace,
    control: ControlTrace,
    enable: EnableTrace,
    open: OpenTrace,
    process: ProcessTrace,
    close: CloseTrace,
    /// Who takes the events of open traces.
    takers: Mutex<HashMap<u64, Box<Taker>>>,
}

/// What an event's context points to.
struct Taker(Take);

#[repr(C)]
struct Properties {
    head: TraceProperties,
    name: [u16; NAME_UNITS],
}

impl Properties {
    fn new() -> Box<Self> {
        let head = TraceProperties {
            size: size_of::<Self>() as u32,
            clock: PERFORMANCE_COUNTER,
            flags: TRACED_GUID,
            mode: SESSION_MODE,
            flush_seconds: FLUSH_SECONDS,
            name_offset: size_of::<TraceProperties>() as u32,
            ..TraceProperties::default()
        };
        let name = [0; NAME_UNITS];
        Box::new(Self { head, name })
    }
}

impl Advapi {
    /// Looks the functions up.
    ///
    /// # Errors
    /// Which one is missing.
    pub fn load() -> Result<Self, Refusal> {
        let library = Library::of_tracing()?;
        // SAFETY: the types are those of evntrace.h.
        unsafe {
            Ok(Self {
                start: library.function("StartTraceW")?,
                control: library.function("ControlTraceW")?,
                enable: library.function("EnableTraceEx2")?,
                open: library.function("OpenTraceW")?,
                process: library.function("ProcessTrace")?,
                close: library.function("CloseTrace")?,
                takers: Mutex::default(),
            })
        }
    }

    fn takers(&self) -> MutexGuard<'_, HashMap<u64, Box<Taker>>> {
        self.takers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn control(&self, name: &str, properties: &mut Properties, what: u32) -> Result<(), Code> {
        let name = wide(name);
        // SAFETY: the properties have room for the name, as they say.
        checked(unsafe { (self.control)(0, name.as_ptr(), &raw mut properties.head, what) })
    }

    fn control_provider(
        &self,
        session: u64,
        provider: Guid,
        what: u32,
        keywords: u64,
        parameters: Option<&EnableParameters>,
    ) -> Result<(), Code> {
        let parameters = parameters.map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: the GUID and the parameters outlive the call; it does not wait.
        checked(unsafe {
            (self.enable)(
                session,
                &raw const provider,
                what,
                VERBOSE,
                keywords,
                0,
                0,
                parameters,
            )
        })
    }
}

impl EtwApi for Advapi {
    fn start(&self, name: &str, settings: &Settings) -> Result<u64, Code> {
        let mut properties = Properties::new();
        properties.head.buffer_kib = settings.buffer_kib;
        properties.head.minimum_buffers = settings.minimum_buffers;
        properties.head.maximum_buffers = settings.maximum_buffers;
        properties.head.enable_flags = settings.kernel_flags;
        let name = wide(name);
        let mut handle = 0;
        // SAFETY: all three outlive the call; the properties have room for the name, as they say.
        let code =
            unsafe { (self.start)(&raw mut handle, name.as_ptr(), &raw mut properties.head) };
        checked(code).map(|()| handle)
    }

    fn stop(&self, name: &str) -> Result<(), Code> {
        self.control(name, &mut Properties::new(), STOP)
    }

    fn losses(&self, name: &str) -> Result<Losses, Code> {
        let mut properties = Properties::new();
        self.control(name, &mut properties, QUERY)?;
        Ok(Losses {
            events: properties.head.events_lost,
            buffers: properties.head.realtime_buffers_lost,
        })
    }

    fn enable(&self, session: u64, enablement: &Enablement) -> Result<(), Code> {
        let ids = event_id_filter(&enablement.ids);
        let filter = FilterDescriptor {
            filter: ids.as_ptr() as u64,
            size: (2 * ids.len()) as u32,
            kind: EVENT_FILTER_TYPE_EVENT_ID,
        };
        let parameters = EnableParameters {
            version: 2,
            property: ENABLE_PROPERTIES,
            control: 0,
            source: Guid::default(),
            filters: &raw const filter,
            filter_count: 1,
        };
        let Enablement {
            provider, keywords, ..
        } = *enablement;
        self.control_provider(session, provider, ENABLE, keywords, Some(&parameters))
    }

    fn disable(&self, session: u64, provider: Guid) -> Result<(), Code> {
        self.control_provider(session, provider, DISABLE, 0, None)
    }

    fn capture_state(&self, session: u64, provider: Guid, keywords: u64) -> Result<(), Code> {
        self.control_provider(session, provider, CAPTURE_STATE, keywords, None)
    }

    fn open(&self, name: &str, take: Take) -> Result<u64, Code> {
        let mut taker = Box::new(Taker(take));
        let mut name = wide(name);
        let mut logfile = TraceLogfile {
            file_name: std::ptr::null_mut(),
            name: name.as_mut_ptr(),
            time: 0,
            buffers_read: 0,
            mode: PROCESS_MODE,
            current_event: [0; 11],
            header: [0; 35],
            buffer_callback: None,
            buffer_size: 0,
            filled: 0,
            events_lost: 0,
            record_callback: Some(on_record),
            is_kernel: 0,
            context: (&raw mut *taker).cast(),
        };
        // SAFETY: the structure is complete; the name outlives the call, the taker the trace.
        let trace = unsafe { (self.open)(&raw mut logfile) };
        if trace == INVALID_TRACE {
            // SAFETY: it has no arguments.
            return Err(unsafe { GetLastError() });
        }
        self.takers().insert(trace, taker);
        Ok(trace)
    }

    fn process(&self, trace: u64) -> Result<(), Code> {
        // SAFETY: one handle is named; without times everything is processed.
        let code =
            unsafe { (self.process)(&raw const trace, 1, std::ptr::null(), std::ptr::null()) };
        self.takers().remove(&trace);
        checked(code)
    }

    fn close(&self, trace: u64) {
        // SAFETY: it takes no pointers. That it is closed later only, is what is expected.
        let _: Code = unsafe { (self.close)(trace) };
    }
}

/// Hands an event on; no panic may cross into Windows.
unsafe extern "system" fn on_record(event: *mut EventRecord) {
    // SAFETY: Windows gives a whole event.
    let Some(event) = (unsafe { event.as_ref() }) else {
        return;
    };
    // SAFETY: the context is what `open` set; ProcessTrace calls this on its one thread, and the
    // taker lives until that has returned.
    let Some(taker) = (unsafe { event.context.cast::<Taker>().as_mut() }) else {
        return;
    };
    // SAFETY: the event's memory stays during the call.
    let record: Delivered<'_> = unsafe { delivered(event) };
    let _ = catch_unwind(AssertUnwindSafe(|| (taker.0)(&record)));
}

/// EVENT_FILTER_EVENT_ID: let in, so many, these.
fn event_id_filter(ids: &[u16]) -> Vec<u16> {
    const LET_IN: u16 = 1;
    let mut filter = vec![LET_IN, ids.len() as u16];
    filter.extend(ids);
    filter
}

fn checked(result: u32) -> Result<(), Code> {
    match result {
        0 | code::CLOSE_PENDING => Ok(()),
        code => Err(code),
    }
}
