//! Reading the ring buffer so that what was read stays in it until it is safe elsewhere.
//!
//! The kernel gives room to new records only up to the consumer's position, which is written by
//! [`Ring::commit`], and a reader that takes over begins there: what its predecessor had read but not
//! committed comes once more. `kernel/bpf/ringbuf.c` describes the layout.

use crate::error::CaptureError;
use std::{
    io,
    os::fd::RawFd,
    ptr::{self, NonNull},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
};

/// In front of each record: its length, with these two bits, and an offset for the kernel.
const HEADER: u64 = 8;
const BUSY: u32 = 1 << 31;
const DISCARDED: u32 = 1 << 30;

/// Pages that the kernel shares with us.
struct Mapping {
    at: NonNull<u8>,
    length: usize,
}

// SAFETY: plain memory that belongs to no thread; what both sides change is accessed atomically.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

impl Mapping {
    fn new(fd: RawFd, offset: usize, length: usize, protection: i32) -> Result<Self, CaptureError> {
        // SAFETY: the kernel chooses the place; a failure is reported, not mapped.
        let at = unsafe {
            libc::mmap(
                ptr::null_mut(),
                length,
                protection,
                libc::MAP_SHARED,
                fd,
                offset as libc::off_t,
            )
        };
        match NonNull::new(at.cast::<u8>()) {
            Some(place) if at != libc::MAP_FAILED => Ok(Self { at: place, length }),
            _ => Err(CaptureError::System {
                what: "cannot map the ring buffer",
                source: io::Error::last_os_error(),
            }),
        }
    }

    fn position(&self) -> &AtomicU64 {
        // SAFETY: a mapping begins at a page, so it is aligned, and is longer than eight bytes.
        unsafe { self.at.cast().as_ref() }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: exactly what was mapped; nothing borrows from it any more.
        unsafe { libc::munmap(self.at.as_ptr().cast(), self.length) };
    }
}

/// Where the reader stands, for those who wait.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// Whether records were read and not committed: the kernel then always says that there are some.
    pub(crate) holds: AtomicBool,
    /// Whether there are unread ones; only looked at while records are held.
    read: AtomicU64,
}

/// The reader of a ring buffer.
pub(crate) struct Ring {
    consumer: Mapping,
    /// One page with the producer's position, then the data twice in a row.
    producer: Arc<Producer>,
    mask: u64,
    read: u64,
    committed: u64,
    /// Records in front of this are passed over.
    begin: u64,
    mark: Option<u64>,
    standing: Arc<Standing>,
}

/// The kernel's side of the buffer.
pub(crate) struct Producer {
    mapping: Mapping,
    page: usize,
}

impl Producer {
    fn position(&self) -> u64 {
        self.mapping.position().load(Ordering::Acquire)
    }

    /// Whether there is something behind what was read.
    pub(crate) fn is_ahead(&self, standing: &Standing) -> bool {
        self.position() > standing.read.load(Ordering::Acquire)
    }
}

impl std::fmt::Debug for Producer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Producer({})", self.position())
    }
}

impl Ring {
    /// Begins where the last reader committed. `fd` is the map's, `bytes` its size.
    pub(crate) fn new(fd: RawFd, bytes: u32) -> Result<Self, CaptureError> {
        // SAFETY: sysconf takes no pointers.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
        let consumer = Mapping::new(fd, 0, page, libc::PROT_READ | libc::PROT_WRITE)?;
        let mapping = Mapping::new(fd, page, page + 2 * bytes as usize, libc::PROT_READ)?;
        let committed = consumer.position().load(Ordering::Acquire);
        let standing = Standing::default();
        standing.read.store(committed, Ordering::Release);
        Ok(Self {
            consumer,
            producer: Arc::new(Producer { mapping, page }),
            mask: u64::from(bytes) - 1,
            read: committed,
            committed,
            begin: 0,
            mark: None,
            standing: Arc::new(standing),
        })
    }

    /// What another thread needs to know whether there is something to read.
    pub(crate) fn watch(&self) -> (Arc<Producer>, Arc<Standing>) {
        (Arc::clone(&self.producer), Arc::clone(&self.standing))
    }

    /// The next record, which stays where it is until it is committed.
    pub(crate) fn next(&mut self) -> Option<&[u8]> {
        loop {
            if self.read >= self.producer.position() {
                return None;
            }
            let at = self.producer.page + (self.read & self.mask) as usize;
            // SAFETY: positions are multiples of eight, and the offset is within the first copy of
            // the data.
            let header: &AtomicU32 = unsafe { self.producer.mapping.at.add(at).cast().as_ref() };
            let header = header.load(Ordering::Acquire);
            if header & BUSY != 0 {
                return None;
            }
            let length = u64::from(header & !(BUSY | DISCARDED));
            let is_passed_over = self.read < self.begin;
            self.advance((HEADER + length).next_multiple_of(8));
            if header & DISCARDED == 0 && !is_passed_over {
                // SAFETY: the kernel wrote the record whole before it took the bit away, and writes
                // there again only when it is committed, which needs this reader exclusively. The
                // second copy of the data lets a record go on behind the end of the first.
                return Some(unsafe {
                    std::slice::from_raw_parts(
                        self.producer.mapping.at.add(at + HEADER as usize).as_ptr(),
                        length as usize,
                    )
                });
            }
        }
    }

    /// Where the next record will begin.
    pub(crate) fn end(&self) -> u64 {
        self.producer.position()
    }

    /// Whether everything in front of a position was read.
    pub(crate) const fn has_read(&self, position: u64) -> bool {
        self.read >= position
    }

    /// Records in front of a position are somebody else's.
    pub(crate) const fn begin_at(&mut self, position: u64) {
        self.begin = position;
    }

    fn advance(&mut self, bytes: u64) {
        self.read += bytes;
        self.standing.read.store(self.read, Ordering::Release);
        self.standing.holds.store(true, Ordering::Release);
    }

    /// Gives everything back that was read so far.
    pub(crate) fn commit_all(&mut self) {
        self.commit_to(self.read);
        self.mark = None;
    }

    /// Remembers what was read so far for [`Ring::commit`]; false while an earlier mark stands, or
    /// when there is nothing to remember.
    pub(crate) fn mark(&mut self) -> bool {
        if self.mark.is_some() || self.read == self.committed {
            return false;
        }
        self.mark = Some(self.read);
        true
    }

    /// Gives back what was read before the mark.
    pub(crate) fn commit(&mut self) {
        if let Some(mark) = self.mark.take() {
            self.commit_to(mark.max(self.committed));
        }
    }

    /// How much of the buffer has no room for new records, in percent.
    pub(crate) fn fill(&self) -> u32 {
        let taken = self.producer.position().saturating_sub(self.committed);
        (taken * 100 / (self.mask + 1)).min(100) as u32
    }

    /// Bytes that were read and not given back.
    pub(crate) const fn held(&self) -> u64 {
        self.read - self.committed
    }

    fn commit_to(&mut self, position: u64) {
        self.committed = position;
        self.consumer.position().store(position, Ordering::Release);
        self.standing
            .holds
            .store(self.read != position, Ordering::Release);
    }
}
