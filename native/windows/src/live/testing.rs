//! Tracing functions that follow a script, and a host that is made up.

use super::api::{Code, Delivered, Enablement, EtwApi, Losses, Settings, Take, code};
use super::host::{HostFacts, Identity, ProcessFacts};
use crate::etl::{Guid, PointerSize, Record, Source};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// What an event is made of.
#[derive(Clone, Debug)]
pub(super) struct Scripted {
    pub(super) source: Source,
    pub(super) version: u8,
    pub(super) process: u32,
    pub(super) time: i64,
    pub(super) payload: Vec<u8>,
}

#[derive(Default)]
struct State {
    /// Sessions by name, with their settings.
    sessions: BTreeMap<String, Settings>,
    enabled: BTreeMap<Guid, Enablement>,
    told_of_state: Vec<Guid>,
    disabled: Vec<Guid>,
    failing: HashMap<&'static str, Code>,
    refusing: BTreeMap<Guid, Code>,
    losses: Losses,
    taker: Option<Take>,
    closed: bool,
    stubborn: bool,
}

/// Windows as a script has it.
#[derive(Default)]
pub(super) struct Script {
    state: Mutex<State>,
    changed: Condvar,
}

impl Script {
    pub(super) fn new() -> Arc<Self> {
        Arc::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Makes a function fail.
    pub(super) fn fail(&self, function: &'static str, code: Code) {
        self.state().failing.insert(function, code);
    }

    /// Makes a provider refuse to be enabled.
    pub(super) fn refuse(&self, provider: Guid, code: Code) {
        self.state().refusing.insert(provider, code);
    }

    pub(super) fn lose(&self, losses: Losses) {
        self.state().losses = losses;
    }

    /// A session that another process has left; `stubborn`: it cannot be ended.
    pub(super) fn leave_session(&self, name: &str, stubborn: bool) {
        let settings = Settings {
            buffer_kib: 1,
            minimum_buffers: 1,
            maximum_buffers: 1,
            kernel_flags: 0,
        };
        let mut state = self.state();
        state.sessions.insert(name.into(), settings);
        state.stubborn = stubborn;
    }

    pub(super) fn sessions(&self) -> Vec<(String, Settings)> {
        let state = self.state();
        state
            .sessions
            .iter()
            .map(|(name, settings)| (name.clone(), *settings))
            .collect()
    }

    pub(super) fn enabled(&self) -> BTreeSet<Guid> {
        self.state().enabled.keys().copied().collect()
    }

    pub(super) fn ids(&self, provider: Guid) -> Vec<u16> {
        self.state().enabled[&provider].ids.clone()
    }

    pub(super) fn told_of_state(&self) -> Vec<Guid> {
        self.state().told_of_state.clone()
    }

    pub(super) fn disabled(&self) -> Vec<Guid> {
        self.state().disabled.clone()
    }

    /// Delivers an event, as Windows' thread would.
    pub(super) fn deliver(&self, event: &Scripted) {
        let mut state = self.state();
        let record = Record {
            version: event.version,
            process: Some(event.process),
            thread: Some(8),
            ..Record::of_event(event.source, PointerSize::Eight, &event.payload)
        };
        let delivered: Delivered<'_> = (event.time, record);
        state.taker.as_mut().expect("an open trace")(&delivered);
    }

    /// Ends all sessions, as an administrator can.
    pub(super) fn end_sessions(&self) {
        self.state().sessions.clear();
        self.changed.notify_all();
    }

    fn outcome(&self, function: &'static str) -> Result<(), Code> {
        self.state()
            .failing
            .get(function)
            .map_or(Ok(()), |code| Err(*code))
    }
}

impl EtwApi for Script {
    fn start(&self, name: &str, settings: &Settings) -> Result<u64, Code> {
        self.outcome("start")?;
        let mut state = self.state();
        if state.sessions.contains_key(name) {
            return Err(code::ALREADY_EXISTS);
        }
        state.sessions.insert(name.into(), *settings);
        Ok(7)
    }

    fn stop(&self, name: &str) -> Result<(), Code> {
        self.outcome("stop")?;
        let mut state = self.state();
        if !state.stubborn && state.sessions.remove(name).is_none() {
            return Err(code::NOT_FOUND);
        }
        self.changed.notify_all();
        Ok(())
    }

    fn losses(&self, _name: &str) -> Result<Losses, Code> {
        self.outcome("losses")?;
        Ok(self.state().losses)
    }

    fn enable(&self, session: u64, enablement: &Enablement) -> Result<(), Code> {
        assert_eq!(session, 7);
        self.outcome("enable")?;
        let mut state = self.state();
        if let Some(code) = state.refusing.get(&enablement.provider) {
            return Err(*code);
        }
        state
            .enabled
            .insert(enablement.provider, enablement.clone());
        Ok(())
    }

    fn disable(&self, _session: u64, provider: Guid) -> Result<(), Code> {
        let mut state = self.state();
        state.enabled.remove(&provider);
        state.disabled.push(provider);
        Ok(())
    }

    fn capture_state(&self, _session: u64, provider: Guid, _keywords: u64) -> Result<(), Code> {
        self.state().told_of_state.push(provider);
        Ok(())
    }

    fn open(&self, name: &str, take: Take) -> Result<u64, Code> {
        self.outcome("open")?;
        let mut state = self.state();
        assert!(state.sessions.contains_key(name));
        state.taker = Some(take);
        Ok(9)
    }

    fn process(&self, trace: u64) -> Result<(), Code> {
        assert_eq!(trace, 9);
        self.outcome("process")?;
        let mut state = self.state();
        while !state.closed && !state.sessions.is_empty() {
            state = self.changed.wait(state).unwrap();
        }
        state.taker = None;
        Ok(())
    }

    fn close(&self, trace: u64) {
        assert_eq!(trace, 9);
        self.state().closed = true;
        self.changed.notify_all();
    }
}

/// A host that is made up; the account `S-1-5-99` is never found out.
pub(super) struct MadeUp;

impl HostFacts for MadeUp {
    fn identity(&self) -> Identity {
        Identity {
            computer: "PC".into(),
            machine: "S-1-5-21-1-2-3".into(),
        }
    }

    fn volumes(&self) -> Vec<(String, String)> {
        vec![("\\Device\\HarddiskVolume3".into(), "C:".into())]
    }

    fn account(&self, sid: &str) -> Option<String> {
        (sid != "S-1-5-99").then(|| format!("DOMAIN\\{sid}"))
    }

    fn process(&self, pid: u32) -> Option<ProcessFacts> {
        (pid == 4711).then(|| ProcessFacts {
            start: 132_273_542_277_445_790,
            image: Some("C:\\Windows\\x.exe".into()),
            sid: Some("S-1-5-18".into()),
            logon: Some(0x3e7),
            session: Some(1),
            label: Some("S-1-16-12288".into()),
            ..ProcessFacts::default()
        })
    }
}
