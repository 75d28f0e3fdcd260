//! Sessions, what they have enabled, and the delivery of a script's events.

use crate::script::{Event, Script, Step};
use monomi_windows::etl::Guid;
use monomi_windows::live::structures::{
    EventDescriptor, EventHeader, EventRecord, ExtendedItem, RecordCallback,
};
use std::collections::HashMap;
use std::ffi::c_void;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

const CLASSIC: u16 = 0x100;
const POINTERS_OF_EIGHT: u16 = 0x40;
const EXTENDED_INFO: u16 = 1;
const EXTENSION_SID: u16 = 2;

/// What a provider was asked for.
pub(crate) struct Enabled {
    pub(crate) keywords: u64,
    /// Empty: all.
    pub(crate) ids: Vec<u16>,
}

/// A running session.
#[derive(Default)]
pub(crate) struct Session {
    pub(crate) kernel_flags: u32,
    pub(crate) enabled: HashMap<Guid, Enabled>,
}

impl Session {
    fn wants(&self, event: &Event) -> bool {
        if let Some(flag) = event.class_flag {
            return self.kernel_flags & flag != 0;
        }
        self.enabled.get(&event.guid).is_some_and(|enabled| {
            let ids = &enabled.ids;
            enabled.keywords & event.keyword != 0 && (ids.is_empty() || ids.contains(&event.id))
        })
    }

    fn has(&self, provider: Guid, id: u16) -> bool {
        let enabled = self.enabled.get(&provider);
        enabled.is_some_and(|enabled| enabled.ids.is_empty() || enabled.ids.contains(&id))
    }
}

/// An open trace.
#[derive(Clone, Copy)]
pub(crate) struct Open {
    pub(crate) callback: RecordCallback,
    pub(crate) context: *mut c_void,
}

// SAFETY: the context is passed on only.
unsafe impl Send for Open {}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) sessions: HashMap<String, Session>,
    pub(crate) opened: Option<(String, Open)>,
    pub(crate) closed: bool,
    pub(crate) lost: (u32, u32),
}

/// Everything there is.
pub(crate) struct World {
    script: Script,
    state: Mutex<State>,
    changed: Condvar,
}

/// The world of the script that `MONOMI_FAKE_ETW` names now; another name makes a new one.
pub(crate) fn world() -> Arc<World> {
    static WORLD: Mutex<Option<(String, Arc<World>)>> = Mutex::new(None);
    let path = std::env::var("MONOMI_FAKE_ETW").expect("MONOMI_FAKE_ETW names a script");
    let mut made = WORLD.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((from, world)) = &*made
        && *from == path
    {
        return Arc::clone(world);
    }
    let text = std::fs::read_to_string(&path).expect("the script is readable");
    let world = Arc::new(World::of(Script::parse(&text)));
    *made = Some((path, Arc::clone(&world)));
    world
}

impl World {
    fn of(script: Script) -> Self {
        let left = script.sessions.iter();
        let sessions = left
            .map(|name| (name.clone(), Session::default()))
            .collect();
        let state = State {
            sessions,
            ..State::default()
        };
        Self {
            script,
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the call to the log, and gives the error that the script has for the function.
    pub(crate) fn call(&self, function: &str, details: &str) -> Option<u32> {
        if let Ok(path) = std::env::var("MONOMI_FAKE_ETW_LOG") {
            let file = std::fs::File::options()
                .append(true)
                .create(true)
                .open(path);
            let _ = file.and_then(|mut file| writeln!(file, "{function} {details}"));
        }
        self.script.failing.get(function).copied()
    }

    /// What EventWrite of this event returns.
    pub(crate) fn refusal(&self, event: u16) -> Option<u32> {
        self.script.refused.get(&event).copied()
    }

    /// Whether nobody listens to providers.
    pub(crate) fn is_deaf(&self) -> bool {
        self.script.is_deaf
    }

    pub(crate) fn notify(&self) {
        self.changed.notify_all();
    }

    /// Goes through the script; returns when the trace is closed or its session ends.
    pub(crate) fn run(&self) {
        let Some((name, open)) = self.state().opened.clone() else {
            return;
        };
        for step in &self.script.steps {
            match step {
                Step::Lost { events, buffers } => self.state().lost = (*events, *buffers),
                Step::Deliver(event) => {
                    let wanted = self
                        .state()
                        .sessions
                        .get(&name)
                        .is_some_and(|s| s.wants(event));
                    if wanted {
                        deliver(event, open);
                    }
                }
                Step::AwaitEnabled { provider, id } => {
                    self.until(&name, |session| session.has(*provider, *id));
                }
                Step::AwaitDisabled { provider } => {
                    self.until(&name, |session| !session.enabled.contains_key(provider));
                }
                Step::End => {
                    self.state().sessions.remove(&name);
                }
            }
        }
        self.until(&name, |_| false);
    }

    /// Waits for something of the session, or for its end, or for the trace to be closed.
    fn until(&self, name: &str, holds: impl Fn(&Session) -> bool) {
        let mut state = self.state();
        while !state.closed {
            match state.sessions.get(name) {
                Some(session) if !holds(session) => {}
                _ => return,
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn deliver(event: &Event, open: Open) {
    let items = [ExtendedItem {
        reserved: 0,
        kind: EXTENSION_SID,
        linkage: 0,
        length: event.sid.len() as u16,
        data: event.sid.as_ptr() as u64,
    }];
    let extended = if event.sid.is_empty() {
        &items[..0]
    } else {
        &items[..]
    };
    let is_class = event.class_flag.is_some();
    let mut flags = POINTERS_OF_EIGHT;
    if is_class {
        flags |= CLASSIC;
    }
    if !extended.is_empty() {
        flags |= EXTENDED_INFO;
    }
    let descriptor = EventDescriptor {
        id: if is_class { 0 } else { event.id },
        opcode: if is_class { event.id as u8 } else { 0 },
        version: event.version,
        keyword: event.keyword,
        ..EventDescriptor::default()
    };
    let mut record = EventRecord {
        header: EventHeader {
            flags,
            thread: event.tid,
            process: event.pid,
            time: event.time,
            provider: event.guid,
            descriptor,
            ..EventHeader::default()
        },
        buffer_context: 0,
        extended_count: extended.len() as u16,
        payload_length: event.payload.len() as u16,
        extended: extended.as_ptr(),
        payload: event.payload.as_ptr(),
        context: open.context,
    };
    // SAFETY: the callback is the one given to OpenTraceW; the record lives during the call.
    unsafe { (open.callback)(&raw mut record) };
}
