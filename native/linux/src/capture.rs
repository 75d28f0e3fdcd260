//! One running capture.

use crate::{
    error::{CaptureError, is_permission, one_line},
    guard::Guard,
    kernel,
    links::{self, Exits, Link},
    normalize::Normalizer,
    plan::{self, EventSet, Hook, INSIDE, Place, Program},
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
    sync::Arc,
    time::Instant,
};

static OBJECT: &[u8] = aya::include_bytes_aligned!(concat!(env!("OUT_DIR"), "/capture.bpf.o"));

/// How a capture is opened.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Sysmon events that the configuration can log.
    pub events: EventSet,
    /// Ring buffer in bytes: a power of two, at least one page.
    pub ring_bytes: u32,
    /// Longest argument list taken, in bytes; at most 262,144.
    pub max_args: u32,
}

/// A running capture. Dropping it detaches everything.
pub struct Capture {
    ebpf: Ebpf,
    pub(crate) guard: Guard,
    ring: RingBuf<MapData>,
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
        let mut ebpf = load_object(&btf, options.ring_bytes, options.max_args)?;
        let ring: RingBuf<MapData> = take_map(&mut ebpf, "ring")?;
        let counters: PerCpuArray<MapData, u64> = take_map(&mut ebpf, "counters")?;
        let wanted: Array<MapData, u64> = take_map(&mut ebpf, "wanted")?;
        let exits: Exits = take_map(&mut ebpf, "exits")?;
        let guard = Guard::of(&mut ebpf)?;
        let waiter = Arc::new(Waiter::new(ring.as_raw_fd())?);
        let mut capture = Self {
            ebpf,
            guard,
            ring,
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
        kernel::with_tracing(|| capture.apply(EventSet::default(), &btf))??;
        capture.pending = snapshot::take(
            &mut capture.ebpf,
            &btf,
            &mut capture.normalizer,
            options.max_args as usize,
        )?;
        kernel::with_tracing(|| capture.apply(options.events, &btf))??;
        drop(btf);
        // Reading the kernel's types took tens of megabytes that nobody needs any more.
        // SAFETY: malloc_trim only gives free memory back to the system.
        unsafe { libc::malloc_trim(0) };
        Ok(capture)
    }

    /// Attaches what `events` need and detaches what they do not.
    ///
    /// # Errors
    /// [`CaptureError::Program`] or [`CaptureError::Attach`] of a hook that every capture needs; what
    /// was attached before stays. Others that fail are in [`Capture::stats`].
    pub fn configure(&mut self, events: EventSet) -> Result<(), CaptureError> {
        let btf = kernel_types()?;
        kernel::with_tracing(|| self.apply(events, &btf))?
    }

    fn apply(&mut self, events: EventSet, btf: &Btf) -> Result<(), CaptureError> {
        let inside = plan::wants_names(events) && self.see_names_inside(events, btf)?;
        let source = if inside { NAMES_INSIDE } else { 0 };
        self.wanted
            .set(0, events.low() | source, 0)
            .map_err(|error| CaptureError::Object(one_line(&error)))?;
        self.load(events, inside, btf);
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
        self.detach_all(|program, place| {
            let blocks = matches!(place.hook, Hook::Security(_)) && !is_inside(program);
            !blocks && !planned.contains(&(program.name, place.hook.name()))
        })
    }

    /// Attaches what sees names of files inside the file system layer; false where the kernel refuses.
    fn see_names_inside(&mut self, events: EventSet, btf: &Btf) -> Result<bool, CaptureError> {
        if self.not_inside.is_some() {
            return Ok(false);
        }
        let attached = kernel::check_security_modules().and_then(|()| {
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
        for program in plan::all() {
            for place in program.places {
                if is_unneeded(program, place) {
                    self.detach(program.name, place.hook)?;
                }
            }
        }
        Ok(())
    }

    fn load(&mut self, events: EventSet, inside: bool, btf: &Btf) {
        let needed = self.ebpf.programs_mut().filter_map(|(name, loaded)| {
            plan::places(events, inside)
                .find(|(program, _)| program.name == name)
                .map(|(_, place)| (loaded, place.hook))
        });
        links::load_all(needed, btf);
    }

    pub(crate) fn attach(
        &mut self,
        name: &'static str,
        hook: Hook,
        btf: &Btf,
    ) -> Result<(), CaptureError> {
        if self.attached.contains_key(&(name, hook.name())) {
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
        if let Some(link) = links::attach(loaded, name, hook, btf, &mut self.exits)
            .map_err(|step| step.of(name, hook))?
        {
            self.attached.insert((name, hook.name()), link);
        }
        Ok(())
    }

    fn is_attached(&self, name: &str) -> bool {
        self.attached.keys().any(|(program, _)| *program == name)
    }

    pub(crate) fn detach(&mut self, name: &'static str, hook: Hook) -> Result<(), CaptureError> {
        let Some(link) = self.attached.remove(&(name, hook.name())) else {
            return Ok(());
        };
        let is_last = !self.is_attached(name);
        let Some(loaded) = self.ebpf.program_mut(name) else {
            return Ok(());
        };
        links::detach(loaded, link, is_last, &mut self.exits).map_err(|step| step.of(name, hook))
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
            let Some(item) = self.ring.next() else { break };
            if let Some(length) = self.normalizer.deliver(&item, now, &mut out[used..])
                && length > 0
            {
                self.delivered[usize::from(kind_at(&out[used..]))] += 1;
                used += length;
            }
        }
        used
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
        let mut text = String::from("{\"kinds\":{");
        for (number, name) in KIND_NAMES {
            let comma = if *number == KIND_NAMES[0].0 { "" } else { "," };
            let _ = write!(text, "{comma}\"{name}\":{{");
            for (reason, label) in counter::NAMES.iter().enumerate() {
                let value = match reason {
                    counter::EMITTED => self.delivered[*number as usize],
                    counter::RECURSION => self.recursion(name),
                    _ => counters[*number as usize][reason],
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
        let _ = write!(
            text,
            "],\"ringBytes\":{},\"delivered\":{},\"malformed\":{},\"unchanged\":{}}}",
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
];

/// The kernel's types; too large to keep.
pub(crate) fn kernel_types() -> Result<Btf, CaptureError> {
    Btf::from_sys_fs().map_err(|error| CaptureError::NoTypes(one_line(&error)))
}

/// Brings the object before the kernel: its maps exist, its programs do not yet.
pub(crate) fn load_object(btf: &Btf, ring_bytes: u32, max_args: u32) -> Result<Ebpf, CaptureError> {
    EbpfLoader::new()
        .btf(Some(btf))
        .map_max_entries("ring", ring_bytes)
        .override_global("max_args", &max_args.min(MAX_ARGS), true)
        .override_global("guard_exempt", &std::process::id(), true)
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
