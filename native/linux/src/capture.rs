//! One running capture.

use crate::{
    calls,
    error::{CaptureError, is_permission, one_line},
    guard::Guard,
    kernel,
    links::{self, Exits, Link},
    normalize::Normalizer,
    pins::Pins,
    plan::{self, EventSet, Hook, INSIDE, Place, Program},
    predecessor::Predecessors,
    protect::{self, CALL_EXIT, Wards},
    ring::Ring,
    snapshot,
    stats::{self, ProgramFigures},
    waiter::Waiter,
};
use aya::{
    Btf, Ebpf, EbpfLoader,
    maps::{Array, MapData, PerCpuArray, RingBuf},
};
use monomi_record::{MAX_RECORD, counter, kind};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    os::fd::AsRawFd,
    path::PathBuf,
    sync::Arc,
    time::Instant,
};

pub(crate) static OBJECT: &[u8] =
    aya::include_bytes_aligned!(concat!(env!("OUT_DIR"), "/capture.bpf.o"));

/// How a capture is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Sysmon events that the configuration can log.
    pub events: EventSet,
    /// Ring buffer in bytes: a power of two, at least one page.
    pub ring_bytes: u32,
    /// Longest argument list taken, in bytes; at most 262,144.
    pub max_args: u32,
    /// Whether what is done to the sensor is seen ([`Capture::protect`]).
    pub protects: bool,
    /// A directory in a BPF file system that keeps the kernel side when we are killed; without it,
    /// everything ends with us.
    pub pins: Option<PathBuf>,
}

/// A running capture. Dropping it detaches everything, pinned or not.
pub struct Capture {
    ebpf: Ebpf,
    pub(crate) guard: Guard,
    pub(crate) wards: Wards,
    /// What sees what is done to the sensor stays attached.
    protects: bool,
    /// What of that the kernel refused.
    pub(crate) unseen: Option<String>,
    ring: Ring,
    /// Keeps the map, which is also polled.
    _ring_map: RingBuf<MapData>,
    pins: Option<Pins>,
    taken_over: bool,
    /// Captures of another making, whose records come before ours.
    predecessors: Predecessors,
    /// What is attached as it was asked for.
    applied: Option<EventSet>,
    counters: PerCpuArray<MapData, u64>,
    wanted: Array<MapData, u64>,
    exits: Exits,
    waiter: Arc<Waiter>,
    normalizer: Normalizer,
    /// Delivered records that wait for room: the processes that were there at the start.
    pending: Vec<u8>,
    pending_at: usize,
    /// By program and hook.
    attached: BTreeMap<(&'static str, String), Link>,
    /// Hooks that the plan wants and the kernel refused, and why.
    failed: BTreeMap<(&'static str, String), String>,
    /// Why names of files are seen at system calls; None while that was not found out.
    not_inside: Option<String>,
    ring_bytes: u32,
    /// By kind.
    delivered: [u64; kind::COUNT as usize],
}

impl Capture {
    /// Loads and attaches what `options` ask for and lists the running processes.
    ///
    /// # Errors
    /// See [`CaptureError`]; nothing stays loaded or attached.
    pub fn open(options: &Options) -> Result<Self, CaptureError> {
        kernel::check()?;
        let btf = kernel_types()?;
        let (pins, predecessors) = match &options.pins {
            Some(base) => {
                let (pins, left) = Pins::claim(base, options.ring_bytes, options.max_args)?;
                (Some(pins), left)
            }
            None => (None, Predecessors::of(Vec::new())),
        };
        let taken_over = pins.as_ref().is_some_and(Pins::hold_a_capture);
        if let Some(pins) = &pins
            && !taken_over
        {
            pins.clear()?;
        }
        let mut opened = Self::open_with(options, pins, taken_over, btf);
        if let Ok(capture) = &mut opened {
            capture.succeed(predecessors)?;
        }
        trim();
        opened
    }

    /// Takes the place of captures that went on until now: what they have until here is theirs, what comes
    /// is ours.
    fn succeed(&mut self, mut predecessors: Predecessors) -> Result<(), CaptureError> {
        let begin = self.ring.end();
        if predecessors.end()? && !self.taken_over {
            self.ring.begin_at(begin);
        }
        self.taken_over |= !predecessors.is_empty();
        self.predecessors = predecessors;
        Ok(())
    }

    fn open_with(
        options: &Options,
        pins: Option<Pins>,
        taken_over: bool,
        btf: Btf,
    ) -> Result<Self, CaptureError> {
        let mut ebpf = load_object(&btf, options.ring_bytes, options.max_args, pins.as_ref())?;
        let ring_map: RingBuf<MapData> = take_map(&mut ebpf, "ring")?;
        let ring = Ring::new(ring_map.as_raw_fd(), options.ring_bytes)?;
        let counters: PerCpuArray<MapData, u64> = take_map(&mut ebpf, "counters")?;
        let wanted: Array<MapData, u64> = take_map(&mut ebpf, "wanted")?;
        let exits: Exits = take_map(&mut ebpf, "exits")?;
        let guard = Guard::of(&mut ebpf, taken_over)?;
        let wards = Wards::of(&mut ebpf)?;
        let waiter = Arc::new(Waiter::new(ring_map.as_raw_fd(), &ring)?);
        let mut capture = Self {
            ebpf,
            guard,
            wards,
            protects: options.protects,
            unseen: None,
            ring,
            _ring_map: ring_map,
            pins,
            taken_over,
            predecessors: Predecessors::of(Vec::new()),
            applied: None,
            counters,
            wanted,
            exits,
            waiter,
            normalizer: Normalizer::default(),
            pending: Vec::new(),
            pending_at: 0,
            attached: BTreeMap::new(),
            failed: BTreeMap::new(),
            not_inside: None,
            ring_bytes: options.ring_bytes,
            delivered: [0; kind::COUNT as usize],
        };
        // Lineage is attached before the list is taken, so that no process falls in between; taking
        // the list tells the programs who we are, before any of the noisy ones is attached.
        if taken_over {
            capture.take_over();
        } else {
            kernel::with_tracing(|| capture.apply(EventSet::default(), &btf))??;
        }
        capture.pending = snapshot::take(
            &mut capture.ebpf,
            &btf,
            &mut capture.normalizer,
            options.max_args as usize,
        )?;
        kernel::with_tracing(|| capture.apply(options.events, &btf))??;
        if options.protects {
            let attached = kernel::with_tracing(|| capture.attach_protection(&btf))?;
            capture.unseen = attached.err().map(|error| error.to_string());
        }
        if taken_over {
            capture.clear_slots();
        }
        Ok(capture)
    }

    /// Takes the links that an earlier sensor left. They go on as they are: nothing is missed and nothing
    /// comes twice.
    fn take_over(&mut self) {
        let Some(pins) = &self.pins else { return };
        for (program, place) in plan::places_of(plan::all()) {
            if let Some(link) = pins.left(program.name, place.hook) {
                let hook = (program.name, place.hook.name());
                self.attached.insert(hook, Link::Pinned(link));
            }
        }
    }

    /// Empties the slots of exits that were left and are not wanted any more.
    fn clear_slots(&mut self) {
        for (program, place) in plan::places_of(plan::all()) {
            if let Some(slot) = calls::slot(program.name, place.hook)
                && !self.is_attached_to(program.name, place.hook)
            {
                let _empty_ones_are_refused = self.exits.clear_index(&slot);
            }
        }
    }

    /// Whether an earlier sensor's capture goes on in this one.
    #[must_use]
    pub const fn is_taken_over(&self) -> bool {
        self.taken_over
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

    fn apply(&mut self, events: EventSet, btf: &Btf) -> Result<(), CaptureError> {
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

    /// What another thread needs to wait for records.
    #[must_use]
    pub fn waiter(&self) -> Arc<Waiter> {
        Arc::clone(&self.waiter)
    }

    /// Moves as many whole records into `out` as it holds; 0 when there are none. `out` must have
    /// at least [`MAX_RECORD`] bytes.
    pub fn drain(&mut self, out: &mut [u8]) -> usize {
        let mut used = self.drain_pending(out);
        let now = Instant::now();
        while used + MAX_RECORD <= out.len()
            && let Some(length) = self.normalizer.expire(now, &mut out[used..])
        {
            self.delivered[usize::from(kind::DNS)] += 1;
            used += length;
        }
        while used + MAX_RECORD <= out.len() {
            let Some(item) = self.predecessors.next().or_else(|| self.ring.next()) else {
                break;
            };
            if let Some(length) = self.normalizer.deliver(item, now, &mut out[used..])
                && length > 0
            {
                self.delivered[usize::from(kind_at(&out[used..]))] += 1;
                used += length;
            }
        }
        if self.pins.is_none() || self.ring.held() > u64::from(self.ring_bytes) / 2 {
            self.ring.commit_all();
        }
        used
    }

    /// How much of the ring buffer has no room for new records, in percent: what is unread and, of a pinned
    /// one, what is read and not committed.
    #[must_use]
    pub fn fill(&self) -> u32 {
        self.ring.fill()
    }

    /// Remembers that everything drained so far is on its way; false while there is nothing new, or an
    /// earlier mark was not committed.
    pub fn mark(&mut self) -> bool {
        let is_news = self.predecessors.mark();
        self.ring.mark() || is_news
    }

    /// What was drained before the mark is safe: it does not come again after a take-over.
    pub fn commit(&mut self) {
        self.ring.commit();
        self.predecessors.commit();
    }

    fn drain_pending(&mut self, out: &mut [u8]) -> usize {
        let mut used = 0;
        while let Some(length) = self.pending.get(self.pending_at..self.pending_at + 4) {
            let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
            if used + length > out.len() {
                return used;
            }
            let end = self.pending_at + length;
            out[used..used + length].copy_from_slice(&self.pending[self.pending_at..end]);
            used += length;
            self.pending_at = end;
        }
        self.pending = Vec::new();
        self.pending_at = 0;
        used
    }

    /// Counters, hooks and program figures as JSON text.
    #[must_use]
    pub fn stats(&self) -> String {
        let counters = stats::counters(&self.counters);
        let before = self.predecessors.counted();
        let mut text = String::from("{\"kinds\":{");
        for (number, name) in KIND_NAMES {
            let comma = if *number == KIND_NAMES[0].0 { "" } else { "," };
            let _ = write!(text, "{comma}\"{name}\":{{");
            for (reason, label) in counter::NAMES.iter().enumerate() {
                let value = match reason {
                    counter::EMITTED => self.delivered[*number as usize],
                    counter::RECURSION => self.recursion(name),
                    _ => counters[*number as usize][reason] + before[*number as usize][reason],
                };
                let comma = if reason == 0 { "" } else { "," };
                let _ = write!(text, "{comma}\"{label}\":{value}");
            }
            text.push('}');
        }
        text.push_str("},\"programs\":[");
        let mut comma = "";
        for program in plan::all() {
            let hooks: Vec<String> = self
                .attached
                .keys()
                .filter(|(name, _)| *name == program.name)
                .map(|(_, hook)| format!("\"{hook}\""))
                .collect();
            if hooks.is_empty() {
                continue;
            }
            let figures = self.figures(program.name);
            let events: BTreeSet<&u32> = program
                .places
                .iter()
                .filter(|place| {
                    self.attached
                        .contains_key(&(program.name, place.hook.name()))
                })
                .flat_map(|place| place.serves())
                .collect();
            let events: Vec<_> = events.into_iter().collect();
            let _ = write!(
                text,
                "{comma}{{\"name\":\"{}\",\"events\":{events:?},\"hooks\":[{}],\"runTimeNs\":{},\"runCount\":{},\"recursionMisses\":{}}}",
                program.name,
                hooks.join(","),
                figures.run_time_ns,
                figures.run_count,
                figures.recursion_misses,
            );
            comma = ",";
        }
        text.push_str("],\"failedHooks\":[");
        let mut comma = "";
        for ((program, hook), reason) in &self.failed {
            let events = events_of(program, hook);
            let reason = stats::json_text(&reason[..reason.floor_char_boundary(LONGEST_REASON)]);
            let _ = write!(
                text,
                "{comma}{{\"program\":\"{program}\",\"hook\":\"{hook}\",\"events\":{events:?},\"reason\":{reason}}}",
            );
            comma = ",";
        }
        let [seen, refused] = self.wards.counts();
        let _ = write!(
            text,
            "],\"interferences\":{{\"seen\":{seen},\"refused\":{refused}}},\"ringBytes\":{},\"delivered\":{},\"malformed\":{},\"unchanged\":{}}}",
            self.ring_bytes,
            self.delivered.iter().sum::<u64>(),
            self.normalizer.malformed,
            self.normalizer.unchanged
        );
        text
    }

    fn figures(&self, program: &str) -> ProgramFigures {
        self.ebpf
            .program(program)
            .and_then(stats::program_figures)
            .unwrap_or_default()
    }

    /// Skipped runs of the programs that deliver a kind of record.
    fn recursion(&self, kind: &str) -> u64 {
        plan::all()
            .filter(|program| program.kind == kind)
            .map(|program| self.figures(program.name).recursion_misses)
            .sum()
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

/// The kind of a delivered record; the normalizer lets no unknown one pass.
fn kind_at(record: &[u8]) -> u16 {
    u16::from_le_bytes([record[4], record[5]])
}

/// The Sysmon events that a program at a hook gives.
fn events_of(program: &str, hook: &str) -> Vec<u32> {
    plan::all()
        .filter(|one| one.name == program)
        .flat_map(|one| one.places)
        .filter(|place| place.hook.name() == hook)
        .flat_map(|place| place.serves().iter().copied())
        .collect()
}

/// Every hook of the plan can fail, and all reasons go into one text.
const LONGEST_REASON: usize = 200;

const MAX_ARGS: u32 = 256 * 1024;

const KIND_NAMES: &[(u16, &str)] = &[
    (kind::EXEC, "exec"),
    (kind::FORK, "fork"),
    (kind::EXIT, "exit"),
    (kind::FILE_CREATE, "fileCreate"),
    (kind::FILE_DELETE, "fileDelete"),
    (kind::NETWORK, "network"),
    (kind::FILE_TIME, "fileTime"),
    (kind::RAW_READ, "rawRead"),
    (kind::ACCESS, "access"),
    (kind::INJECT, "inject"),
    (kind::TAMPER, "tamper"),
    (kind::STREAM, "stream"),
    (kind::PIPE_CREATE, "pipeCreate"),
    (kind::PIPE_CONNECT, "pipeConnect"),
    (kind::MODULE, "module"),
    (kind::IMAGE_LOAD, "imageLoad"),
    (kind::BPF, "bpf"),
    (kind::EXECUTABLE, "executable"),
    (kind::DNS, "dns"),
    (kind::DONE, "done"),
    (kind::CONTAINER, "container"),
    (kind::BLOCKED_EXECUTABLE, "blockedExecutable"),
    (kind::BLOCKED_SHREDDING, "blockedShredding"),
    (kind::INTERFERENCE, "interference"),
    (kind::TOUCH, "touch"),
];

/// The kernel's types; too large to keep.
pub(crate) fn kernel_types() -> Result<Btf, CaptureError> {
    Btf::from_sys_fs().map_err(|error| CaptureError::NoTypes(one_line(&error)))
}

/// Reading the kernel's types took tens of megabytes that nobody needs any more.
fn trim() {
    // SAFETY: malloc_trim only gives free memory back to the system.
    unsafe { libc::malloc_trim(0) };
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.ring.commit_all();
        if let Some(pins) = &self.pins {
            pins.remove();
        }
    }
}

/// Maps that are pinned, or taken from their pins: all but the constants of a load.
fn shared_maps() -> Result<Vec<String>, CaptureError> {
    let object =
        aya_obj::Object::parse(OBJECT).map_err(|error| CaptureError::Object(error.to_string()))?;
    Ok(object
        .maps
        .into_keys()
        .filter(|name| !name.starts_with('.'))
        .collect())
}

/// Brings the object before the kernel: its maps exist, its programs do not yet.
pub(crate) fn load_object(
    btf: &Btf,
    ring_bytes: u32,
    max_args: u32,
    pins: Option<&Pins>,
) -> Result<Ebpf, CaptureError> {
    let shared = if pins.is_some() {
        shared_maps()?
    } else {
        Vec::new()
    };
    let mut loader = EbpfLoader::new();
    for name in &shared {
        if let Some(pins) = pins {
            loader.map_pin_path(name, pins.map(name));
        }
    }
    loader
        .btf(Some(btf))
        .map_max_entries("ring", ring_bytes)
        .override_global("max_args", &max_args.min(MAX_ARGS), true)
        .load(OBJECT)
        .map_err(|error| load_error(&error, ring_bytes))
}

pub(crate) fn take_map<T: TryFrom<aya::maps::Map, Error = aya::maps::MapError>>(
    ebpf: &mut Ebpf,
    name: &str,
) -> Result<T, CaptureError> {
    ebpf.take_map(name)
        .ok_or_else(|| CaptureError::Object(format!("no map {name}")))?
        .try_into()
        .map_err(|error: aya::maps::MapError| CaptureError::Object(one_line(&error)))
}

fn load_error(error: &aya::EbpfError, ring_bytes: u32) -> CaptureError {
    let reason = one_line(error);
    if is_permission(error) {
        return CaptureError::Privileges(reason);
    }
    match error {
        aya::EbpfError::MapError(_) => CaptureError::Buffers { ring_bytes, reason },
        _ => CaptureError::Object(reason),
    }
}
