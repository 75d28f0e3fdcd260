//! Events of a trace -> lines in the queue, with what the host says of them.

use super::api::Delivered;
use super::file_objects::FileObjects;
use super::host::{HostFacts, Teller};
use super::queue::Queue;
use crate::etl::{Record, Source};
use crate::layout::{self, Value, provider};
use crate::lines::write_record;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What became of the events that were delivered.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) records: AtomicU64,
    pub(super) unknown: AtomicU64,
}

/// Takes events, on the trace's own thread.
pub(super) struct Gatherer {
    queue: Arc<Queue>,
    taken: Arc<Taken>,
    teller: Teller,
    files: FileObjects,
    lines: String,
    own_pid: u32,
}

impl Gatherer {
    /// The first line is the host's.
    pub(super) fn new(queue: Arc<Queue>, taken: Arc<Taken>, host: Arc<dyn HostFacts>) -> Self {
        let teller = Teller::new(host);
        let mut lines = String::new();
        teller.identity(&mut lines);
        queue.push(&lines, 0);
        Self {
            queue,
            taken,
            teller,
            files: FileObjects::new(),
            lines: String::new(),
            own_pid: std::process::id(),
        }
    }

    pub(super) fn take(&mut self, (time, record): &Delivered<'_>) {
        if self.is_own(record) {
            return;
        }
        self.taken.records.fetch_add(1, Ordering::Relaxed);
        let Some(known) = layout::find(&record.source, record.version) else {
            self.taken.unknown.fetch_add(1, Ordering::Relaxed);
            return;
        };
        if !self.files.is_told(&known, record) {
            return;
        }
        self.lines.clear();
        self.teller.volumes(&mut self.lines, *time);
        if let "ProcessStart" | "ProcessRunningAtStart" = known.event {
            self.tell_process(&known, record);
        }
        write_record(&mut self.lines, *time, record);
        if !self.queue.push(&self.lines, 1) {
            self.teller.forget();
        }
    }

    /// The sensor does not report itself: what it reads and writes would make ever more events.
    fn is_own(&self, record: &Record) -> bool {
        let Source::Provider { guid, .. } = record.source else {
            return false;
        };
        record.process == Some(self.own_pid) && guid != provider::PROCESS.guid
    }

    fn tell_process(&mut self, known: &layout::Known, record: &Record) {
        let (mut pid, mut sid) = (None, None);
        layout::read(known, record, |name, value| match (name, value) {
            ("pid", Value::Number(number)) => pid = u32::try_from(number).ok(),
            ("sid", Value::Text(text)) => sid = Some(text),
            _ => {}
        });
        if let Some(sid) = sid {
            self.teller.account(&mut self.lines, &sid);
        }
        if let Some(pid) = pid {
            self.teller.process(&mut self.lines, pid);
        }
    }
}
