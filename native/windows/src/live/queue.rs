//! Lines between the thread that takes events and the one that reads them.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long the lines of a burst may gather before whoever waits is woken.
const GATHERING: Duration = Duration::from_millis(4);
/// Longest line that is taken; what is longer is no event that Windows writes.
pub(super) const LONGEST_LINE: usize = 320 * 1024;

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    /// Where in `bytes` the first line begins that was not drained.
    start: usize,
    dropped: u64,
    oversized: u64,
    woken: bool,
    ended: Option<String>,
}

impl State {
    fn waiting(&self) -> usize {
        self.bytes.len() - self.start
    }
}

/// A bounded queue of lines.
#[derive(Debug)]
pub(super) struct Queue {
    limit: usize,
    state: Mutex<State>,
    changed: Condvar,
}

impl Queue {
    /// Holds at most `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds whole lines, which belong together, and says whether it did; counts them as `events` dropped
    /// where they find no room.
    pub(super) fn push(&self, lines: &str, events: u64) -> bool {
        let mut state = self.state();
        if lines.len() > LONGEST_LINE {
            state.oversized += events;
            return false;
        }
        if state.waiting() + lines.len() > self.limit {
            state.dropped += events;
            return false;
        }
        if state.start > self.limit / 2 {
            let start = std::mem::take(&mut state.start);
            state.bytes.drain(..start);
        }
        let was_empty = state.waiting() == 0;
        state.bytes.extend_from_slice(lines.as_bytes());
        drop(state);
        if was_empty {
            self.changed.notify_all();
        }
        true
    }

    /// How much of it is taken, in percent.
    pub(super) fn fill(&self) -> u32 {
        (self.state().waiting() * 100 / self.limit.max(1)) as u32
    }

    /// No more lines will come, for a reason.
    pub(super) fn end(&self, reason: String) {
        self.state().ended.get_or_insert(reason);
        self.changed.notify_all();
    }

    pub(super) fn ended(&self) -> Option<String> {
        self.state().ended.clone()
    }

    /// Events that found no room, and those whose lines were too long.
    pub(super) fn losses(&self) -> (u64, u64) {
        let state = self.state();
        (state.dropped, state.oversized)
    }

    /// Whether there are lines, after at most `timeout`; [`Queue::wake`] and [`Queue::end`] shorten it.
    pub(super) fn wait(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        let mut state = self.state();
        while state.waiting() == 0 && !state.woken && state.ended.is_none() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        let woken = std::mem::take(&mut state.woken);
        let any = state.waiting() > 0;
        drop(state);
        if any && !woken {
            std::thread::sleep(GATHERING);
        }
        any
    }

    /// Ends a running or the next [`Queue::wait`].
    pub(super) fn wake(&self) {
        self.state().woken = true;
        self.changed.notify_all();
    }

    /// Moves whole lines into `out` and gives how many bytes they have.
    pub(super) fn drain(&self, out: &mut [u8]) -> usize {
        let mut state = self.state();
        let waiting = &state.bytes[state.start..];
        let room = out.len().min(waiting.len());
        let length = if room == waiting.len() {
            room
        } else {
            let end = waiting[..room].iter().rposition(|byte| *byte == b'\n');
            end.map_or(0, |end| end + 1)
        };
        out[..length].copy_from_slice(&waiting[..length]);
        state.start += length;
        if state.waiting() == 0 {
            state.bytes.clear();
            state.start = 0;
        }
        length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEVER: Duration = Duration::from_secs(60);

    fn drained(queue: &Queue, room: usize) -> String {
        let mut out = vec![0; room];
        let length = queue.drain(&mut out);
        out.truncate(length);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lines_leave_whole_and_in_order() {
        let queue = Queue::new(100);
        queue.push("one\n", 1);
        queue.push("two\nthree\n", 1);
        assert_eq!(drained(&queue, 9), "one\ntwo\n");
        assert_eq!(drained(&queue, 5), "", "no part of a line");
        assert_eq!(drained(&queue, 6), "three\n");
        assert_eq!(drained(&queue, 9), "");
    }

    #[test]
    fn what_finds_no_room_is_counted() {
        let queue = Queue::new(10);
        queue.push("12345678\n", 1);
        queue.push("9\n", 2);
        assert_eq!(queue.losses(), (2, 0));
        assert_eq!(queue.fill(), 90);
        drained(&queue, 10);
        for _ in 0..100 {
            queue.push("1234567\n", 1);
            assert_eq!(drained(&queue, 10), "1234567\n");
        }
        queue.push(&"x".repeat(LONGEST_LINE + 1), 1);
        assert_eq!(queue.losses(), (2, 1));
    }

    #[test]
    fn lines_wakes_and_the_end_end_a_wait() {
        let queue = Queue::new(10);
        assert!(!queue.wait(Duration::ZERO));
        queue.wake();
        assert!(!queue.wait(NEVER));
        std::thread::scope(|threads| {
            let waiting = threads.spawn(|| queue.wait(NEVER));
            queue.push("x\n", 1);
            assert!(waiting.join().unwrap());
        });
        drained(&queue, 10);
        queue.end("over".into());
        queue.end("again".into());
        assert!(!queue.wait(NEVER));
        assert_eq!(queue.ended().as_deref(), Some("over"));
    }
}
