//! Live capture: a session, the thread that takes its events, and the queue of their lines.

use super::api::{EtwApi, Losses, Settings, Take, code};
use super::gatherer::{Gatherer, Taken};
use super::host::HostFacts;
use super::plan::{Plan, keyword, plan};
use super::queue::Queue;
use super::refusal::Refusal;
use super::session::Session;
use crate::layout::provider;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// KiB of a buffer of the session.
const BUFFER_KIB: u32 = 64;
/// Each processor has at least two.
const LEAST_BUFFERS: u32 = 16;
const MOST_BUFFERS: u32 = 4096;
const LONGEST_NAME: usize = 200;

/// How a capture is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name of the session: the instance's.
    pub name: String,
    /// Ids of the Sysmon events that are wanted.
    pub events: Vec<u8>,
    /// Bytes that may wait in the session's buffers, and as many in the queue behind it.
    pub buffer_bytes: u32,
}

/// An open capture; dropping it leaves no session.
pub struct Capture {
    api: Arc<dyn EtwApi>,
    queue: Arc<Queue>,
    taken: Arc<Taken>,
    /// Before `session`: a trace is closed before its session ends.
    reader: Reader,
    session: Session,
}

/// What may wait on another thread.
#[derive(Clone)]
pub struct Waiting(Arc<Queue>);

impl Waiting {
    /// Whether there are lines, after at most so long; [`Waiting::wake`] shortens it.
    #[must_use]
    pub fn wait(&self, timeout: Duration) -> bool {
        self.0.wait(timeout)
    }

    /// Whether no more lines will come, though the capture was not closed.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.0.ended().is_some()
    }

    /// Ends a running or the next [`Waiting::wait`].
    pub fn wake(&self) {
        self.0.wake();
    }
}

impl Capture {
    /// Starts the session and takes its events.
    ///
    /// # Errors
    /// Why that is not possible; no session is left then.
    pub fn open(
        api: Arc<dyn EtwApi>,
        host: Arc<dyn HostFacts>,
        options: &Options,
    ) -> Result<Self, Refusal> {
        let name = &options.name;
        let is_name = (1..=LONGEST_NAME).contains(&name.chars().count());
        if !is_name || name.chars().any(char::is_control) {
            return Err(Refusal::Name);
        }
        let plan = plan(&options.events);
        let buffers = (options.buffer_bytes / 1024 / BUFFER_KIB).clamp(LEAST_BUFFERS, MOST_BUFFERS);
        let settings = Settings {
            buffer_kib: BUFFER_KIB,
            minimum_buffers: LEAST_BUFFERS.max(buffers / 4),
            maximum_buffers: buffers,
            kernel_flags: plan.kernel_flags,
        };
        let session = Session::start(Arc::clone(&api), name, &settings)?;
        let queue = Arc::new(Queue::new(options.buffer_bytes as usize));
        let taken = Arc::new(Taken::default());
        let mut gatherer = Gatherer::new(Arc::clone(&queue), Arc::clone(&taken), host);
        let take: Take = Box::new(move |event| gatherer.take(event));
        let reader = Reader::start(Arc::clone(&api), name, take, &queue)?;
        let mut capture = Self {
            api,
            queue,
            taken,
            reader,
            session,
        };
        capture.session.follow(&plan)?;
        let session = &capture.session;
        session.capture_state(provider::PROCESS.guid, keyword::PROCESS);
        Ok(capture)
    }

    /// Asks for what other events need.
    ///
    /// # Errors
    /// When Windows refuses; what was asked for before may then be partly changed.
    pub fn configure(&mut self, events: &[u8]) -> Result<(), Refusal> {
        let wanted: Plan = plan(events);
        self.session.follow(&wanted)
    }

    /// What may wait on another thread.
    #[must_use]
    pub fn waiting(&self) -> Waiting {
        Waiting(Arc::clone(&self.queue))
    }

    /// Moves whole lines into `out` and gives how many bytes they have; 0 when there are none.
    pub fn drain(&self, out: &mut [u8]) -> usize {
        self.queue.drain(out)
    }

    /// How much of the queue behind the session is taken, in percent.
    #[must_use]
    pub fn fill(&self) -> u32 {
        self.queue.fill()
    }

    /// Why no more events will come, though the capture was not closed.
    #[must_use]
    pub fn ended(&self) -> Option<String> {
        self.queue.ended()
    }

    /// What was counted, in the form that `monomi_stats` has on every system.
    #[must_use]
    pub fn stats(&self) -> String {
        let Losses { events, buffers } = self.session.losses();
        let (dropped, oversized) = self.queue.losses();
        let records = self.taken.records.load(Ordering::Relaxed);
        let programs = self.session.enabled().map(|planned| {
            json!({
                "name": planned.name,
                "events": planned.events,
                "hooks": planned.hooks(),
                "runTimeNs": 0,
                "runCount": 0,
                "recursionMisses": 0,
            })
        });
        let failed = self.session.failed().iter().map(|failed| {
            json!({
                "program": failed.planned.name,
                "hook": failed.planned.name,
                "events": failed.planned.events,
                "reason": format!("EnableTraceEx2 failed with error {}", failed.code),
            })
        });
        json!({
            "kinds": { "trace": {
                "captured": records,
                // Nobody knows how many events a lost buffer had: at least one.
                "ringFull": u64::from(events) + u64::from(buffers),
                "pathIncomplete": 0,
                "readFault": 0,
                "tableFull": dropped + oversized,
                "argumentsTruncated": 0,
                "internal": 0,
                "recursion": 0,
            } },
            "programs": programs.collect::<Vec<_>>(),
            "failedHooks": failed.collect::<Vec<_>>(),
            "ringBytes": self.queue.limit(),
            "delivered": records,
            "malformed": 0,
            "unchanged": 0,
            "session": {
                "name": self.session.name(),
                "eventsLost": events,
                "buffersLost": buffers,
                "queueFull": dropped,
                "oversized": oversized,
                "unknown": self.taken.unknown.load(Ordering::Relaxed),
                "ended": self.queue.ended(),
            },
        })
        .to_string()
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.queue.wake();
        self.reader.close(&*self.api);
    }
}

/// The thread that takes a trace's events.
struct Reader {
    trace: u64,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    fn start(
        api: Arc<dyn EtwApi>,
        name: &str,
        take: Take,
        queue: &Arc<Queue>,
    ) -> Result<Self, Refusal> {
        let trace = api
            .open(name, take)
            .map_err(|code| Refusal::of("OpenTraceW", name, code))?;
        let closing = Arc::new(AtomicBool::new(false));
        let thread = {
            let (closing, queue, name) = (Arc::clone(&closing), Arc::clone(queue), name.to_owned());
            std::thread::spawn(move || {
                let result = api.process(trace);
                if !closing.load(Ordering::Acquire) {
                    queue.end(ending(&name, result.err()));
                }
            })
        };
        Ok(Self {
            trace,
            closing,
            thread: Some(thread),
        })
    }

    /// Waits until the events that were delivered are taken.
    fn close(&mut self, api: &dyn EtwApi) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        self.closing.store(true, Ordering::Release);
        api.close(self.trace);
        let _ = thread.join();
    }
}

fn ending(name: &str, code: Option<u32>) -> String {
    match code {
        None | Some(code::NOT_FOUND) => {
            format!("somebody else has ended the trace session \"{name}\"; no more events come")
        }
        Some(code) => Refusal::of("ProcessTrace", name, code).to_string(),
    }
}
