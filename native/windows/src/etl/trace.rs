//! A trace file as one row of records in the order of their times.
//!
//! Each processor has its own buffers. First the heads of all buffers are read, which says whose each
//! is and in which order they were begun; then one buffer a processor is held, and the earliest of
//! their next records comes next.

use super::buffer::{BufferFault, BufferHeader, HEADER_BYTES, MAX_BUFFER};
use super::head::Head;
use super::record::{Record, parse_record};
use super::xpress;
use crate::bytes::PointerSize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::io::{self, Read, Seek, SeekFrom};

/// A file that is no trace that can be read; the text says why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub String);

impl std::fmt::Display for Refusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

/// What was met so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Buffers in the file, whatever is in them.
    pub buffers: u64,
    /// Of these, those of which something was lost to damage.
    pub damaged: u64,
    /// Of these, those that were never written.
    pub unused: u64,
    /// Of these, those that were compressed.
    pub compressed: u64,
    /// Bytes that were skipped because of damage.
    pub skipped_bytes: u64,
    /// Records given.
    pub records: u64,
}

/// Buffers that are held at once, all together.
const MOST_HELD_BYTES: usize = 256 * 1024 * 1024;
const MOST_LANES: usize = 256;
const SMALLEST_BUFFER: usize = 1024;
/// What a file may have; more would be made up to fill memory with their places.
const MOST_BUFFERS: usize = 1 << 22;
/// Problems told in words; the counters go on.
const MOST_PROBLEMS: usize = 100;

/// An open trace.
#[derive(Debug)]
pub struct Trace<R> {
    file: R,
    head: Head,
    lanes: Vec<Lane>,
    /// Time of each lane's next record.
    next: BinaryHeap<Reverse<(i64, usize)>>,
    /// The lane whose record was given last.
    given: Option<usize>,
    counters: Counters,
    problems: VecDeque<String>,
    told: usize,
}

/// The buffers of one processor, of which the first is held.
#[derive(Debug, Default)]
struct Lane {
    places: VecDeque<Place>,
    records: Vec<u8>,
    at: usize,
    /// Bytes of the record at `at`.
    length: usize,
    /// Time of the record at `at`.
    time: i64,
}

/// Where a buffer is in the file.
#[derive(Clone, Copy, Debug)]
struct Place {
    offset: u64,
    header: BufferHeader,
}

impl<R: Read + Seek> Trace<R> {
    /// Reads the head of the file and of every buffer.
    ///
    /// # Errors
    /// What reading gives, or why this is no trace.
    pub fn open(mut file: R) -> Result<Self, Refusal> {
        let length = file.seek(SeekFrom::End(0))?;
        let first = header_at(&mut file, 0, length)?
            .map_err(|_| Refusal("this is no trace: its first buffer has no head".into()))?;
        let first = Place {
            offset: 0,
            header: first,
        };
        let records = load(&mut file, &first, MAX_BUFFER)?.ok_or_else(damaged_head)?;
        let head = Head::parse(&records).ok_or_else(damaged_head)?;
        if !(SMALLEST_BUFFER..=MAX_BUFFER).contains(&head.buffer_size) {
            return Err(damaged_head());
        }
        let mut trace = Self {
            lanes: Vec::new(),
            next: BinaryHeap::new(),
            given: None,
            counters: Counters {
                buffers: 1,
                compressed: first.header.is_compressed.into(),
                ..Counters::default()
            },
            problems: VecDeque::new(),
            told: 0,
            file,
            head,
        };
        let mut places = vec![first];
        trace.find_buffers(&mut places, length)?;
        trace.lay_out(places);
        for lane in 0..trace.lanes.len() {
            trace.advance(lane);
        }
        Ok(trace)
    }

    /// What the file says of itself.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// What was met so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// The next thing that was wrong, in words.
    pub fn problem(&mut self) -> Option<String> {
        self.problems.pop_front()
    }

    /// The next record and its time as FILETIME; `None` at the end.
    pub fn record(&mut self) -> Option<(i64, Record<'_>)> {
        if let Some(lane) = self.given.take() {
            let given = &mut self.lanes[lane];
            given.at += given.length;
            self.advance(lane);
        }
        let Reverse((time, lane)) = self.next.pop()?;
        self.given = Some(lane);
        self.counters.records += 1;
        let Lane { records, at, .. } = &self.lanes[lane];
        let (record, _) = parse_record(&records[*at..], self.head.pointer_size)?;
        Some((time, record))
    }

    /// Reads the heads of all buffers but the first.
    fn find_buffers(&mut self, places: &mut Vec<Place>, length: u64) -> io::Result<()> {
        let mut offset = places[0].header.size as u64;
        while offset < length {
            self.counters.buffers += 1;
            let number = self.counters.buffers - 1;
            if places.len() >= MOST_BUFFERS {
                self.damage(length - offset, "there are more buffers than any trace has");
                return Ok(());
            }
            let header = match header_at(&mut self.file, offset, length)? {
                Ok(header) if header.is_compressed || header.size == self.head.buffer_size => {
                    header
                }
                Err(BufferFault::Unused) => {
                    self.counters.unused += 1;
                    offset += self.head.buffer_size as u64;
                    continue;
                }
                _ => {
                    let step = (self.head.buffer_size as u64).min(length - offset);
                    self.damage(
                        step,
                        &format!("buffer {number}: its head is damaged; it is skipped"),
                    );
                    if self.counters.compressed > 0 {
                        self.damage(
                            length - offset - step,
                            "where the buffers behind it begin is lost with it",
                        );
                        return Ok(());
                    }
                    offset += step;
                    continue;
                }
            };
            self.counters.compressed += u64::from(header.is_compressed);
            if offset + header.size as u64 > length {
                self.problem_is(format!(
                    "buffer {number}: the file ends in the middle of it"
                ));
            }
            places.push(Place { offset, header });
            offset += header.size as u64;
        }
        Ok(())
    }

    /// Gives each processor's buffers a lane of their own, as far as memory allows.
    fn lay_out(&mut self, places: Vec<Place>) {
        let most = (MOST_HELD_BYTES / self.head.buffer_size).clamp(1, MOST_LANES);
        let mut by_processor: BTreeMap<usize, Vec<Place>> = BTreeMap::new();
        for place in places {
            let lane = usize::from(place.header.processor) % most;
            by_processor.entry(lane).or_default().push(place);
        }
        for mut places in by_processor.into_values() {
            places.sort_by_key(|place| place.header.sequence);
            self.lanes.push(Lane {
                places: places.into(),
                ..Lane::default()
            });
        }
    }

    /// Finds the lane's next record, in this buffer or the next ones.
    fn advance(&mut self, lane: usize) {
        loop {
            let Lane { records, at, .. } = &self.lanes[lane];
            let rest = records.get(*at..).unwrap_or_default();
            if is_over(rest) {
                if !self.next_buffer(lane) {
                    return;
                }
                continue;
            }
            if let Some((record, length)) = parse_record(rest, self.head.pointer_size) {
                let time = record.stamp.map(|stamp| self.head.time.filetime(stamp));
                let lane_ = &mut self.lanes[lane];
                lane_.length = length;
                lane_.time = time.unwrap_or(lane_.time);
                self.next.push(Reverse((lane_.time, lane)));
                return;
            }
            let (lost, at) = (rest.len() as u64, *at + HEADER_BYTES);
            self.lanes[lane].at = usize::MAX;
            self.damage(lost, &format!("a record at byte {at} of its buffer is damaged; the rest of the buffer is skipped"));
        }
    }

    /// False when there is none.
    fn next_buffer(&mut self, lane: usize) -> bool {
        while let Some(place) = self.lanes[lane].places.pop_front() {
            match load(&mut self.file, &place, self.head.buffer_size) {
                Ok(Some(records)) => {
                    let wanted = place.header.used - HEADER_BYTES;
                    if records.len() < wanted {
                        self.counters.damaged += 1;
                        self.counters.skipped_bytes += (wanted - records.len()) as u64;
                    }
                    let lane = &mut self.lanes[lane];
                    lane.records = records;
                    lane.at = 0;
                    return true;
                }
                Ok(None) => {
                    self.damage(
                        place.header.size as u64,
                        &format!(
                            "the compressed buffer at byte {} is damaged; it is skipped",
                            place.offset
                        ),
                    );
                }
                Err(error) => {
                    self.damage(
                        place.header.size as u64,
                        &format!(
                            "the buffer at byte {} cannot be read: {error}",
                            place.offset
                        ),
                    );
                }
            }
        }
        self.lanes[lane].records = Vec::new();
        false
    }

    fn damage(&mut self, bytes: u64, problem: &str) {
        self.counters.damaged += 1;
        self.counters.skipped_bytes += bytes;
        self.problem_is(problem.into());
    }

    fn problem_is(&mut self, problem: String) {
        self.told += 1;
        match self.told {
            ..MOST_PROBLEMS => self.problems.push_back(problem),
            MOST_PROBLEMS => self
                .problems
                .push_back("further damage is only counted".into()),
            _ => {}
        }
    }
}

fn damaged_head() -> Refusal {
    Refusal("the head of this trace is damaged; without its clock nothing in it has a time".into())
}

/// Whether no record follows: the end, or what buffers are filled up with.
fn is_over(rest: &[u8]) -> bool {
    match rest.first_chunk::<4>() {
        None | Some([0xff, 0xff, 0xff, 0xff]) => true,
        Some(_) => rest
            .iter()
            .take(PointerSize::Eight.bytes())
            .all(|byte| *byte == 0),
    }
}

fn header_at<R: Read + Seek>(
    file: &mut R,
    offset: u64,
    length: u64,
) -> io::Result<Result<BufferHeader, BufferFault>> {
    if length - offset < HEADER_BYTES as u64 {
        return Ok(Err(BufferFault::Damaged));
    }
    let mut bytes = [0; HEADER_BYTES];
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(&mut bytes)?;
    Ok(BufferHeader::parse(&bytes))
}

/// The records of a buffer, unpacked, fewer where the file ends in it; `None` where they cannot be
/// unpacked.
fn load<R: Read + Seek>(file: &mut R, place: &Place, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let BufferHeader {
        size,
        used,
        is_compressed,
        ..
    } = place.header;
    let stored = if is_compressed { size } else { used } - HEADER_BYTES;
    file.seek(SeekFrom::Start(place.offset + HEADER_BYTES as u64))?;
    let mut bytes = Vec::new();
    file.by_ref().take(stored as u64).read_to_end(&mut bytes)?;
    Ok(if is_compressed {
        xpress::unpack(&bytes, (used - HEADER_BYTES).min(limit))
    } else {
        Some(bytes)
    })
}
