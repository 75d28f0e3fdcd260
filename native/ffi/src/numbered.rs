//! What the caller has open, by number.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Values of one kind, each with a number of its own as long as it is here.
pub(crate) struct Numbered<T>(Mutex<Option<HashMap<i32, T>>>);

impl<T> Numbered<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Keeps a value under the lowest free number, from 0.
    pub(crate) fn keep(&self, value: T) -> i32 {
        let mut all = self.all();
        let all = all.get_or_insert_default();
        // There are always fewer values than numbers.
        let number = (0..).find(|number| !all.contains_key(number)).unwrap_or(0);
        all.insert(number, value);
        number
    }

    /// What `work` says of the value; None where there is none of this number.
    pub(crate) fn with<R>(&self, number: i32, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.all().as_mut()?.get_mut(&number).map(work)
    }

    /// Gives the value up, if there is one.
    pub(crate) fn remove(&self, number: i32) -> Option<T> {
        self.all().as_mut()?.remove(&number)
    }

    fn all(&self) -> MutexGuard<'_, Option<HashMap<i32, T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_lowest_free_ones() {
        let numbered = Numbered::new();
        assert_eq!(["a", "b", "c"].map(|text| numbered.keep(text)), [0, 1, 2]);
        assert_eq!(numbered.remove(1), Some("b"));
        assert_eq!(numbered.with(1, |text| *text), None);
        assert_eq!(numbered.keep("d"), 1);
        assert_eq!(numbered.with(1, |text| *text), Some("d"));
        assert_eq!(
            (numbered.remove(7), numbered.with(-1, |_| ())),
            (None, None)
        );
    }
}
