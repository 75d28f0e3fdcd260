//! The functions of evntrace.h.

use crate::world::{Enabled, Open, Session, world};
use monomi_windows::etl::Guid;
use monomi_windows::live::code;
use monomi_windows::live::structures::{EnableParameters, TraceLogfile, TraceProperties};

const SESSION: u64 = 0x51;
const TRACE: u64 = 0x71;
const INVALID_TRACE: u64 = u64::MAX;
const QUERY: u32 = 0;
const STOP: u32 = 1;
const DISABLE: u32 = 0;
const ENABLE: u32 = 1;
const INVALID_PARAMETER: u32 = 87;
const FILTER_EVENT_ID: u32 = 0x8000_0200;
const REAL_TIME_OF_SYSTEM: u32 = 0x0200_0100;
const REAL_TIME_RECORDS: u32 = 0x1000_0100;

#[link(name = "kernel32")]
unsafe extern "system" {
    fn SetLastError(code: u32);
}

/// # Safety
/// `name` must end with a zero.
unsafe fn text(name: *const u16) -> String {
    let mut units = Vec::new();
    // SAFETY: the caller's promise.
    while let unit @ 1.. = unsafe { *name.add(units.len()) } {
        units.push(unit);
    }
    String::from_utf16_lossy(&units)
}

/// StartTraceW; refuses what Windows would refuse.
///
/// # Safety
/// As in evntrace.h.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StartTraceW(
    handle: *mut u64,
    name: *const u16,
    properties: *const TraceProperties,
) -> u32 {
    // SAFETY: the caller's promise.
    let (name, properties) = unsafe { (text(name), &*properties) };
    let details = format!(
        "{name} flags={:#x} buffers={}x{}K",
        properties.enable_flags, properties.maximum_buffers, properties.buffer_kib
    );
    if let Some(code) = world().call("StartTraceW", &details) {
        return code;
    }
    let room = properties.size as usize - properties.name_offset as usize;
    if properties.mode != REAL_TIME_OF_SYSTEM || room < 2 * (name.len() + 1) {
        return INVALID_PARAMETER;
    }
    let world = world();
    let mut state = world.state();
    if state.sessions.contains_key(&name) {
        return code::ALREADY_EXISTS;
    }
    let session = Session {
        kernel_flags: properties.enable_flags,
        ..Session::default()
    };
    state.sessions.insert(name, session);
    // SAFETY: the caller's promise.
    unsafe { *handle = SESSION };
    0
}

/// ControlTraceW, by name.
///
/// # Safety
/// As in evntrace.h.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ControlTraceW(
    _session: u64,
    name: *const u16,
    properties: *mut TraceProperties,
    what: u32,
) -> u32 {
    // SAFETY: the caller's promise.
    let (name, properties) = unsafe { (text(name), &mut *properties) };
    if let Some(code) = world().call("ControlTraceW", &format!("{name} {what}")) {
        return code;
    }
    let world = world();
    let mut state = world.state();
    let lost = state.lost;
    if !state.sessions.contains_key(&name) {
        return code::NOT_FOUND;
    }
    match what {
        QUERY => (properties.events_lost, properties.realtime_buffers_lost) = lost,
        STOP => {
            state.sessions.remove(&name);
        }
        _ => return INVALID_PARAMETER,
    }
    world.notify();
    0
}

/// EnableTraceEx2.
///
/// # Safety
/// As in evntrace.h.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn EnableTraceEx2(
    session: u64,
    provider: *const Guid,
    what: u32,
    _level: u8,
    any_keyword: u64,
    _all_keywords: u64,
    _timeout: u32,
    parameters: *const EnableParameters,
) -> u32 {
    // SAFETY: the caller's promise.
    let (provider, parameters) = unsafe { (*provider, parameters.as_ref()) };
    // SAFETY: the caller's promise.
    let ids = parameters.map_or(Vec::new(), |parameters| unsafe { event_ids(parameters) });
    let details = format!("{provider} {what} keywords={any_keyword:#x} ids={ids:?}");
    if let Some(code) = world().call("EnableTraceEx2", &details) {
        return code;
    }
    let world = world();
    let mut state = world.state();
    let Some(session) = (session == SESSION)
        .then(|| state.sessions.values_mut().next())
        .flatten()
    else {
        return code::NOT_FOUND;
    };
    match what {
        DISABLE => {
            session.enabled.remove(&provider);
        }
        ENABLE => {
            let keywords = any_keyword;
            session.enabled.insert(provider, Enabled { keywords, ids });
        }
        _ => {}
    }
    world.notify();
    0
}

/// # Safety
/// As in evntprov.h.
unsafe fn event_ids(parameters: &EnableParameters) -> Vec<u16> {
    let mut ids = Vec::new();
    for at in 0..parameters.filter_count as usize {
        // SAFETY: the caller's promise.
        let filter = unsafe { &*parameters.filters.add(at) };
        if filter.kind != FILTER_EVENT_ID {
            continue;
        }
        let units = filter.filter as *const u16;
        // SAFETY: the caller's promise: a flag, a count, and so many numbers.
        ids.extend(
            (0..usize::from(unsafe { *units.add(1) })).map(|i| unsafe { *units.add(2 + i) }),
        );
    }
    ids
}

/// OpenTraceW.
///
/// # Safety
/// As in evntrace.h.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenTraceW(logfile: *const TraceLogfile) -> u64 {
    // SAFETY: the caller's promise.
    let (logfile, name) = unsafe { (&*logfile, text((*logfile).name)) };
    let refusal = world().call("OpenTraceW", &name).or_else(|| {
        let is_session = world().state().sessions.contains_key(&name);
        match logfile.mode {
            REAL_TIME_RECORDS if is_session => None,
            REAL_TIME_RECORDS => Some(code::NOT_FOUND),
            _ => Some(INVALID_PARAMETER),
        }
    });
    if let Some(code) = refusal {
        // SAFETY: it takes a number.
        unsafe { SetLastError(code) };
        return INVALID_TRACE;
    }
    let Some(callback) = logfile.record_callback else {
        return INVALID_TRACE;
    };
    let context = logfile.context;
    let world = world();
    let mut state = world.state();
    state.opened = Some((name, Open { callback, context }));
    state.closed = false;
    TRACE
}

/// ProcessTrace, of one trace.
///
/// # Safety
/// As in evntrace.h.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ProcessTrace(
    traces: *const u64,
    count: u32,
    _start: *const i64,
    _end: *const i64,
) -> u32 {
    if let Some(code) = world().call("ProcessTrace", "") {
        return code;
    }
    // SAFETY: the caller's promise.
    if count != 1 || unsafe { *traces } != TRACE {
        return INVALID_PARAMETER;
    }
    world().run();
    0
}

/// CloseTrace; a running [`ProcessTrace`] ends.
#[unsafe(no_mangle)]
pub extern "system" fn CloseTrace(_trace: u64) -> u32 {
    world().call("CloseTrace", "");
    let world = world();
    world.state().closed = true;
    world.notify();
    code::CLOSE_PENDING
}
