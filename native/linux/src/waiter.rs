//! Waiting for records, a batch at a time.

use crate::{
    error::CaptureError,
    ring::{Producer, Ring, Standing},
};
use std::{
    io,
    os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd},
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

/// What a thread needs to wait for records while others use the capture.
#[derive(Debug)]
pub struct Waiter {
    ring: RawFd,
    producer: Arc<Producer>,
    standing: Arc<Standing>,
    wake: OwnedFd,
}

/// How long a batch may gather behind its first record on a quiet host.
const QUIET_GATHER_MS: i32 = 4;
/// The same while records keep coming.
const BUSY_GATHER_MS: i32 = 20;
/// Waiting less than this for the first record means that records keep coming.
const BUSY: Duration = Duration::from_millis(20);

impl Waiter {
    /// `fd` is the ring's, and must stay open as long as the waiter is used.
    pub(crate) fn new(fd: RawFd, ring: &Ring) -> Result<Self, CaptureError> {
        let (producer, standing) = ring.watch();
        // SAFETY: eventfd takes no pointers; a non-negative result is a new descriptor.
        let wake = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if wake < 0 {
            return Err(CaptureError::System {
                what: "cannot make an event descriptor",
                source: io::Error::last_os_error(),
            });
        }
        Ok(Self {
            ring: fd,
            producer,
            standing,
            // SAFETY: checked above to be a new descriptor that nobody else owns.
            wake: unsafe { OwnedFd::from_raw_fd(wake) },
        })
    }

    /// Waits until records are there (true) or `timeout_ms` passed or [`Waiter::wake`] was called.
    ///
    /// The kernel wakes us for the first record after the buffer was drained; the short pause
    /// behind it lets a batch gather, so that a storm costs a wake-up per batch, not per event.
    #[must_use]
    pub fn wait(&self, timeout_ms: i32) -> bool {
        let mut fds = [self.ring, self.wake.as_raw_fd()].map(|fd| libc::pollfd {
            fd,
            events: libc::POLLIN,
            revents: 0,
        });
        if self.standing.holds.load(Ordering::Acquire) {
            return self.wait_beside_held(timeout_ms);
        }
        let begin = Instant::now();
        // SAFETY: the array outlives the call and its length is passed.
        let ready = unsafe { libc::poll(fds.as_mut_ptr(), 2, timeout_ms) };
        if ready <= 0 || fds[1].revents != 0 {
            self.clear();
            return false;
        }
        let busy = begin.elapsed() < BUSY;
        let gather = if busy {
            BUSY_GATHER_MS
        } else {
            QUIET_GATHER_MS
        };
        // SAFETY: as above, the second element alone.
        unsafe { libc::poll(&raw mut fds[1], 1, gather) };
        true
    }

    /// While records are held the kernel says that there are some, and wakes nobody for new ones.
    fn wait_beside_held(&self, timeout_ms: i32) -> bool {
        let mut wake = libc::pollfd {
            fd: self.wake.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        let mut rest = timeout_ms;
        while rest > 0 {
            let pause = rest.min(BUSY_GATHER_MS);
            // SAFETY: one element, which outlives the call.
            if unsafe { libc::poll(&raw mut wake, 1, pause) } > 0 {
                self.clear();
                return false;
            }
            if self.producer.is_ahead(&self.standing) {
                return true;
            }
            if !self.standing.holds.load(Ordering::Acquire) {
                return false;
            }
            rest -= pause;
        }
        false
    }

    /// Ends a running [`Waiter::wait`] at once.
    pub fn wake(&self) {
        let one = 1_u64;
        // SAFETY: an eventfd takes eight bytes; a full counter is as good as a written one.
        unsafe { libc::write(self.wake.as_raw_fd(), (&raw const one).cast(), 8) };
    }

    fn clear(&self) {
        let mut value = 0_u64;
        // SAFETY: an eventfd gives eight bytes; it is non-blocking.
        unsafe { libc::read(self.wake.as_raw_fd(), (&raw mut value).cast(), 8) };
    }
}
