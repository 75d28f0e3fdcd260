//! What a configuration would attach on this host, without attaching anything.

use crate::{
    capture::{kernel_types, load_object},
    error::CaptureError,
    kernel, links,
    plan::{self, EventSet, Hook},
    stats::json_text,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// The least that a ring buffer can have.
const RING_BYTES: u32 = 4096;

/// Loads every program, attaches none, and writes the plan for `events` as JSON text: the kernel, which
/// source names of files have and why, whether blocking is possible, and each program with its hooks,
/// the events that they serve, and what the kernel says against it.
///
/// # Errors
/// [`CaptureError`] when the programs cannot even be brought before the kernel.
pub fn probe(events: EventSet) -> Result<String, CaptureError> {
    kernel::check()?;
    kernel::with_tracing(|| probe_with_tracing(events))?
}

fn probe_with_tracing(events: EventSet) -> Result<String, CaptureError> {
    let btf = kernel_types()?;
    let mut ebpf = load_object(&btf, RING_BYTES, 0, None)?;
    let mut refused = BTreeMap::new();
    let mut unloadable = BTreeSet::new();
    for program in plan::all() {
        let loaded = ebpf
            .program_mut(program.name)
            .ok_or_else(|| CaptureError::Object(format!("no program {}", program.name)))?;
        let hook = program.places[0].hook;
        if let Err(step) = links::load(loaded, hook, &btf) {
            unloadable.insert(program.name);
            if !matches!(hook, Hook::NewerTyped(_)) {
                refused.insert(program.name, step.of(program.name, hook).to_string());
            }
        }
    }
    let security = kernel::check_security_modules().map_err(|error| error.to_string());
    let first_refused = |programs: &[plan::Program]| {
        programs
            .iter()
            .find_map(|program| refused.get(program.name).cloned())
            .map_or(Ok(()), Err)
    };
    let inside = security.clone().and_then(|()| first_refused(plan::INSIDE));
    let blocking = security.and_then(|()| first_refused(plan::GUARDS));
    let mut text = format!(
        "{{\"kernel\":{},\"namesInside\":{},\"blocking\":{},\"programs\":[",
        json_text(&kernel::release()),
        verdict(&inside),
        verdict(&blocking),
    );
    let mut planned: BTreeMap<&str, Vec<&plan::Place>> = BTreeMap::new();
    let loads = |name: &str| !unloadable.contains(name);
    for (program, place) in plan::places_of_kernel(events, inside.is_ok(), &loads) {
        planned.entry(program.name).or_default().push(place);
    }
    if blocking.is_ok() {
        for (program, place) in plan::places_of(plan::GUARDS) {
            if place.needed(events) {
                planned.entry(program.name).or_default().push(place);
            }
        }
    }
    let mut comma = "";
    for program in plan::all() {
        let places = planned.get(program.name).map_or(&[][..], Vec::as_slice);
        let hooks: Vec<String> = places
            .iter()
            .filter(|place| exists(place.hook))
            .map(|place| json_text(&place.hook.name()))
            .collect();
        let mut ids: Vec<u32> = places
            .iter()
            .flat_map(|place| place.serves())
            .copied()
            .filter(|&id| events.has(id))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let against = refused
            .get(program.name)
            .map_or("null".to_string(), |reason| json_text(reason));
        let _ = write!(
            text,
            "{comma}{{\"name\":\"{}\",\"events\":{ids:?},\"hooks\":[{}],\"refused\":{against}}}",
            program.name,
            hooks.join(","),
        );
        comma = ",";
    }
    text.push_str("]}");
    Ok(text)
}

/// Whether the kernel has a hook, as far as that can be told without attaching to it.
fn exists(hook: Hook) -> bool {
    match hook {
        Hook::Enter(_) | Hook::Exit(_) | Hook::NewerExit(_) | Hook::ExitUnless(..) => {
            kernel::has_system_call(&hook.name())
        }
        _ => true,
    }
}

fn verdict(result: &Result<(), String>) -> String {
    match result {
        Ok(()) => "{\"possible\":true}".to_string(),
        Err(reason) => format!("{{\"possible\":false,\"reason\":{}}}", json_text(reason)),
    }
}
