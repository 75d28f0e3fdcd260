//! What of a capture is attached to the kernel.

use super::{
    Capture,
    object::{kernel_types, trim},
};
use crate::{
    calls,
    error::{CaptureError, one_line},
    kernel,
    links::{self, Link},
    plan::{self, EventSet, Hook, INSIDE, Place, Program},
    protect::{self, CALL_EXIT},
};
use aya::Btf;
use std::collections::BTreeSet;

impl Capture {
    /// Takes the links that an earlier sensor left. They go on as they are: nothing is missed and nothing
    /// comes twice.
    pub(super) fn take_over(&mut self) {
        let Some(pins) = &self.pins else { return };
        for (program, place) in plan::places_of(plan::all()) {
            if let Some(link) = pins.left(program.name, place.hook) {
                let hook = (program.name, place.hook.name());
                self.attached.insert(hook, Link::Pinned(link));
            }
        }
    }

    /// Empties the slots of exits that were left and are not wanted any more.
    pub(super) fn clear_slots(&mut self) {
        for (program, place) in plan::places_of(plan::all()) {
            if let Some(slot) = calls::slot(program.name, place.hook)
                && !self.is_attached_to(program.name, place.hook)
            {
                let _empty_ones_are_refused = self.exits.clear_index(&slot);
            }
        }
    }

    /// Attaches what `events` need and detaches what they do not.
    ///
    /// # Errors
    /// [`CaptureError::Program`] or [`CaptureError::Attach`] of a hook that every capture needs; what
    /// was attached before stays. Others that fail are in [`Capture::stats`].
    pub fn configure(&mut self, events: EventSet) -> Result<(), CaptureError> {
        // Most reloads change what is logged, not what is seen, and the kernel's types take tens of
        // megabytes and most of a reload's time to read.
        if self.applied == Some(events) && self.failed.is_empty() {
            return Ok(());
        }
        let btf = kernel_types()?;
        let applied = kernel::with_tracing(|| self.apply(events, &btf))?;
        drop(btf);
        trim();
        applied
    }

    pub(super) fn apply(&mut self, events: EventSet, btf: &Btf) -> Result<(), CaptureError> {
        self.applied = None;
        let inside = plan::wants_names(events) && self.see_names_inside(events, btf)?;
        let source = if inside { NAMES_INSIDE } else { 0 };
        self.wanted
            .set(0, events.low() | source, 0)
            .map_err(|error| CaptureError::Object(one_line(&error)))?;
        let mut needed = hooks(plan::places(events, inside));
        if self.protects {
            needed.extend(protect::hooks(false).chain([CALL_EXIT]));
        }
        self.load(&needed, btf);
        for (program, place) in plan::places(events, inside) {
            let hook = (program.name, place.hook.name());
            match self.attach(program.name, place.hook, btf) {
                Err(error) if place.is_essential() => return Err(error),
                Err(error) => _ = self.failed.insert(hook, error.to_string()),
                Ok(()) => _ = self.failed.remove(&hook),
            }
        }
        let planned: BTreeSet<_> = plan::places(events, inside)
            .map(|(program, place)| (program.name, place.hook.name()))
            .collect();
        self.failed.retain(|hook, _| planned.contains(hook));
        self.applied = Some(events);
        let protects = self.protects;
        self.detach_all(|program, place| {
            let blocks = matches!(place.hook, Hook::Security(_)) && !is_inside(program);
            let is_own =
                plan::is_protection(program.name) || (program.name, place.hook) == CALL_EXIT;
            let is_planned = planned.contains(&(program.name, place.hook.name()));
            !(blocks || is_planned || protects && is_own)
        })
    }

    /// Attaches what sees names of files inside the file system layer; false where the kernel refuses.
    fn see_names_inside(&mut self, events: EventSet, btf: &Btf) -> Result<bool, CaptureError> {
        if self.not_inside.is_some() {
            return Ok(false);
        }
        let attached = kernel::check_security_modules().and_then(|()| {
            self.load(&hooks(plan::places(events, true)), btf);
            plan::places(events, true)
                .filter(|(program, _)| is_inside(program))
                .try_for_each(|(program, place)| self.attach(program.name, place.hook, btf))
        });
        if let Err(error) = attached {
            self.not_inside = Some(error.to_string());
            self.detach_all(|program, _| is_inside(program))?;
            return Ok(false);
        }
        Ok(true)
    }

    fn detach_all(
        &mut self,
        is_unneeded: impl Fn(&Program, &Place) -> bool,
    ) -> Result<(), CaptureError> {
        for (program, place) in plan::places_of(plan::all()) {
            if is_unneeded(program, place) {
                self.detach(program.name, place.hook)?;
            }
        }
        Ok(())
    }

    /// Loads at once what is to be attached; what is attached already, also by an earlier sensor, needs none.
    pub(crate) fn load(&mut self, hooks: &[(&'static str, Hook)], btf: &Btf) {
        let attached = &self.attached;
        let needed = self.ebpf.programs_mut().filter_map(|(name, loaded)| {
            hooks
                .iter()
                .find(|(program, hook)| {
                    *program == name && !attached.contains_key(&(*program, hook.name()))
                })
                .map(|(_, hook)| (loaded, *hook))
        });
        links::load_all(needed, btf);
    }

    pub(crate) fn attach(
        &mut self,
        name: &'static str,
        hook: Hook,
        btf: &Btf,
    ) -> Result<(), CaptureError> {
        if self.is_attached_to(name, hook) {
            return Ok(());
        }
        if let Hook::ExitUnless(_, better) = hook
            && better.iter().all(|program| self.is_attached(program))
        {
            return Ok(());
        }
        let loaded = self
            .ebpf
            .program_mut(name)
            .ok_or_else(|| CaptureError::Object(format!("no program {name}")))?;
        let attached = links::attach(loaded, name, hook, btf, &mut self.exits)
            .map_err(|step| step.of(name, hook))?;
        let Some(link) = attached else { return Ok(()) };
        let link = match &self.pins {
            None => link,
            Some(pins) => match links::take(loaded, link).map_err(|step| step.of(name, hook))? {
                Err(slot) => slot,
                Ok(link) => Link::Pinned(pins.pin(link, name, hook).map_err(|reason| {
                    CaptureError::Attach {
                        program: name.to_string(),
                        hook: hook.name(),
                        reason,
                    }
                })?),
            },
        };
        self.attached.insert((name, hook.name()), link);
        Ok(())
    }

    /// Attaches programs of the security modules that are not attached yet. As in `configure`: most calls
    /// attach nothing, and read nothing.
    pub(crate) fn attach_security(
        &mut self,
        hooks: impl Iterator<Item = (&'static str, Hook)>,
    ) -> Result<(), CaptureError> {
        let missing: Vec<_> = hooks
            .filter(|&(name, hook)| !self.is_attached_to(name, hook))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        kernel::check_security_modules()?;
        let btf = kernel_types()?;
        self.load(&missing, &btf);
        let attached = missing
            .into_iter()
            .try_for_each(|(name, hook)| self.attach(name, hook, &btf));
        drop(btf);
        trim();
        attached
    }

    fn is_attached(&self, name: &str) -> bool {
        self.attached.keys().any(|(program, _)| *program == name)
    }

    fn is_attached_to(&self, name: &'static str, hook: Hook) -> bool {
        self.attached.contains_key(&(name, hook.name()))
    }

    /// Unloads the program, too, where no hook has it.
    pub(crate) fn detach(&mut self, name: &'static str, hook: Hook) -> Result<(), CaptureError> {
        let link = self.attached.remove(&(name, hook.name()));
        let is_unused = !self.is_attached(name);
        let Some(loaded) = self.ebpf.program_mut(name) else {
            return Ok(());
        };
        let told = |step: links::Step| step.of(name, hook);
        if let Some(link) = link {
            links::detach(loaded, link, &mut self.exits).map_err(told)?;
        }
        if is_unused {
            links::unload(loaded).map_err(told)?;
        }
        Ok(())
    }
}

/// Among the events wanted, as bpf/wanted.h has it.
const NAMES_INSIDE: u64 = 1 << 63;

fn is_inside(program: &Program) -> bool {
    INSIDE.iter().any(|inside| inside.name == program.name)
}

fn hooks(
    places: impl Iterator<Item = (&'static Program, &'static Place)>,
) -> Vec<(&'static str, Hook)> {
    places
        .map(|(program, place)| (program.name, place.hook))
        .collect()
}
