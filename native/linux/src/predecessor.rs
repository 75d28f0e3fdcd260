//! The capture of a sensor before this one whose kernel side was made otherwise (another version, another
//! size of the buffer). It cannot be taken over, but what it captures is understood: it goes on until the
//! new one stands, and what it captured comes first.

use crate::{
    error::{CaptureError, one_line},
    ring::Ring,
    stats::{self, Counters},
};
use aya::maps::{Map, MapData, MapError, MapInfo, PerCpuArray};
use std::{
    fs, io,
    os::fd::{AsFd, AsRawFd},
    path::{Path, PathBuf},
};

/// Captures that nobody reads, usually none.
pub(crate) struct Predecessors {
    left: Vec<Predecessor>,
    /// What those counted that are gone.
    counted: Counters,
}

impl Predecessors {
    pub(crate) const fn of(left: Vec<Predecessor>) -> Self {
        Self {
            left,
            counted: stats::NOTHING,
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// Ends them where they still go on, and says whether one did. What comes behind this is another's.
    pub(crate) fn end(&mut self) -> Result<bool, CaptureError> {
        let mut went_on = false;
        for predecessor in &mut self.left {
            went_on |= predecessor.end().map_err(|source| CaptureError::System {
                what: "cannot end the capture of the sensor before this one",
                source,
            })?;
        }
        Ok(went_on)
    }

    /// The next record that was captured until then; it is kept until it is committed.
    pub(crate) fn next(&mut self) -> Option<&[u8]> {
        self.left.iter_mut().find_map(Predecessor::next)
    }

    /// Remembers those that were read to their end; false when that is nothing new.
    pub(crate) fn mark(&mut self) -> bool {
        let mut is_news = false;
        for predecessor in &mut self.left {
            if predecessor.is_read() && !predecessor.is_marked {
                predecessor.is_marked = true;
                is_news = true;
            }
        }
        is_news
    }

    /// Forgets those that were marked.
    pub(crate) fn commit(&mut self) {
        for predecessor in self.left.extract_if(.., |one| one.is_marked) {
            let counted = predecessor.remove();
            let sums = self.counted.iter_mut().flatten();
            for (sum, more) in sums.zip(counted.iter().flatten()) {
                *sum += more;
            }
        }
    }

    /// What those counted that were forgotten.
    pub(crate) const fn counted(&self) -> &Counters {
        &self.counted
    }
}

/// A pinned capture that nobody reads.
pub(crate) struct Predecessor {
    directory: PathBuf,
    ring: Ring,
    /// Keeps the buffer.
    _map: MapData,
    counters: PerCpuArray<MapData, u64>,
    /// Where the buffer ended when the new capture stood.
    end: u64,
    is_marked: bool,
}

impl Predecessor {
    /// What is pinned in a directory.
    ///
    /// # Errors
    /// When there is no buffer, or one that cannot be read.
    pub(crate) fn of(directory: &Path) -> Result<Self, CaptureError> {
        let map = pinned(directory, "ring")?;
        let bytes = MapInfo::from_pin(directory.join("map-ring"))
            .map_err(|error| CaptureError::Object(one_line(&error)))?
            .max_entries();
        let ring = Ring::new(map.fd().as_fd().as_raw_fd(), bytes)?;
        let counters = Map::PerCpuArray(pinned(directory, "counters")?)
            .try_into()
            .map_err(|error: MapError| CaptureError::Object(one_line(&error)))?;
        Ok(Self {
            directory: directory.to_path_buf(),
            end: ring.end(),
            ring,
            _map: map,
            counters,
            is_marked: false,
        })
    }

    fn end(&mut self) -> io::Result<bool> {
        self.end = self.ring.end();
        let mut went_on = false;
        for entry in fs::read_dir(&self.directory)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default();
            if name.as_encoded_bytes().starts_with(b"link-") {
                fs::remove_file(&path)?;
                went_on = true;
            }
        }
        Ok(went_on)
    }

    fn next(&mut self) -> Option<&[u8]> {
        if self.is_read() {
            return None;
        }
        self.ring.next()
    }

    fn is_read(&self) -> bool {
        self.ring.has_read(self.end)
    }

    fn remove(self) -> Counters {
        let counters = stats::counters(&self.counters);
        let _stays_where_it_cannot_be_removed = fs::remove_dir_all(&self.directory);
        counters
    }
}

fn pinned(directory: &Path, name: &str) -> Result<MapData, CaptureError> {
    MapData::from_pin(directory.join(format!("map-{name}")))
        .map_err(|error| CaptureError::Object(one_line(&error)))
}
