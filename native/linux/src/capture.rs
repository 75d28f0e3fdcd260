//! One running capture.

mod hooks;
mod object;
mod report;

use object::trim;
pub(crate) use object::{OBJECT, kernel_types, load_object, take_map};

use crate::{
    error::CaptureError,
    guard::Guard,
    kernel,
    links::{Exits, Link},
    normalize::Normalizer,
    pins::Pins,
    plan::EventSet,
    predecessor::Predecessors,
    protect::Wards,
    ring::Ring,
    snapshot,
    waiter::Waiter,
};
use aya::{
    Btf, Ebpf,
    maps::{Array, MapData, PerCpuArray, RingBuf},
};
use monomi_record::{MAX_RECORD, kind};
use std::{collections::BTreeMap, os::fd::AsRawFd, path::PathBuf, sync::Arc, time::Instant};

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

    /// Whether an earlier sensor's capture goes on in this one.
    #[must_use]
    pub const fn is_taken_over(&self) -> bool {
        self.taken_over
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
}

/// The kind of a delivered record; the normalizer lets no unknown one pass.
fn kind_at(record: &[u8]) -> u16 {
    u16::from_le_bytes([record[4], record[5]])
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.ring.commit_all();
        if let Some(pins) = &self.pins {
            pins.remove();
        }
    }
}
