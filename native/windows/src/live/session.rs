//! Our trace session: made, fed by what a plan says, ended.

use super::api::{Code, EtwApi, Losses, Settings, code};
use super::plan::{Plan, Planned};
use super::refusal::Refusal;
use crate::etl::Guid;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A provider that could not be enabled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) planned: Planned,
    pub(super) code: Code,
}

/// A running session; dropping it ends it.
pub(super) struct Session {
    api: Arc<dyn EtwApi>,
    name: String,
    handle: u64,
    enabled: BTreeMap<Guid, Planned>,
    failed: Vec<Failed>,
}

impl Session {
    /// Makes the session; one of the same name is what an instance left that was killed, and ends.
    pub(super) fn start(
        api: Arc<dyn EtwApi>,
        name: &str,
        settings: &Settings,
    ) -> Result<Self, Refusal> {
        let refused = |function| move |code| Refusal::of(function, name, code);
        let handle = match api.start(name, settings) {
            Err(code::ALREADY_EXISTS) => {
                api.stop(name).map_err(refused("ControlTraceW"))?;
                api.start(name, settings)
            }
            other => other,
        };
        Ok(Self {
            handle: handle.map_err(refused("StartTraceW"))?,
            api,
            name: name.to_owned(),
            enabled: BTreeMap::new(),
            failed: Vec::new(),
        })
    }

    /// Asks for what a plan says, and for nothing else. A provider that refuses is remembered.
    pub(super) fn follow(&mut self, plan: &Plan) -> Result<(), Refusal> {
        self.failed.clear();
        for planned in &plan.providers {
            let guid = planned.enablement.provider;
            if self.enabled.get(&guid).map(|now| &now.enablement) == Some(&planned.enablement) {
                self.enabled.insert(guid, planned.clone());
                continue;
            }
            match self.api.enable(self.handle, &planned.enablement) {
                Ok(()) => {
                    self.enabled.insert(guid, planned.clone());
                }
                Err(code @ (code::ACCESS_DENIED | code::NO_RESOURCES)) => {
                    return Err(Refusal::of("EnableTraceEx2", &self.name, code));
                }
                Err(code) => self.failed.push(Failed {
                    planned: planned.clone(),
                    code,
                }),
            }
        }
        let wanted = |guid: &Guid| {
            let mut providers = plan.providers.iter();
            providers.any(|planned| planned.enablement.provider == *guid)
        };
        let unwanted: Vec<Guid> = self
            .enabled
            .keys()
            .copied()
            .filter(|guid| !wanted(guid))
            .collect();
        for guid in unwanted {
            // One that stays on costs time, but loses nothing.
            let _ = self.api.disable(self.handle, guid);
            self.enabled.remove(&guid);
        }
        Ok(())
    }

    /// Makes a provider tell what there is already. That it may not want to is no failure.
    pub(super) fn capture_state(&self, provider: Guid, keywords: u64) {
        let _ = self.api.capture_state(self.handle, provider, keywords);
    }

    pub(super) fn losses(&self) -> Losses {
        self.api.losses(&self.name).unwrap_or_default()
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn enabled(&self) -> impl Iterator<Item = &Planned> {
        self.enabled.values()
    }

    pub(super) fn failed(&self) -> &[Failed] {
        &self.failed
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.api.stop(&self.name);
    }
}
