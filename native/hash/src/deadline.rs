//! How long a request may take.

use crate::Reason;
use std::time::{Duration, Instant};

/// The moment at which a request has used up its time.
#[derive(Debug)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// The moment `budget` from now; never, when the clock cannot hold it.
    pub fn after(budget: Duration) -> Deadline {
        Deadline(Instant::now().checked_add(budget))
    }

    /// # Errors
    /// [`Reason::Timeout`] from the deadline on.
    pub fn check(&self) -> Result<(), Reason> {
        match self.0 {
            Some(end) if Instant::now() >= end => Err(Reason::Timeout),
            _ => Ok(()),
        }
    }
}
