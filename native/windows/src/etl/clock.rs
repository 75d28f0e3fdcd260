//! From the clock of a trace to UTC.

/// Which clock stamped the records: TRACE_LOGFILE_HEADER.ReservedFlags, "clock resolution" of
/// WNODE_HEADER.ClientContext in evntrace.h.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// Query performance counter, with its ticks a second.
    Performance(i64),
    /// FILETIME.
    System,
    /// Cycles, with how many a microsecond has.
    Cycles(i64),
}

/// One moment on both clocks, from which all others are reckoned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeBase {
    pub(crate) clock: Clock,
    /// FILETIME of the trace's start.
    pub(crate) start: i64,
    /// The stamp of the trace's start.
    pub(crate) stamp: i64,
}

/// FILETIMEs from here on (1829) cannot be mistaken for time since the start of a trace.
const ABSOLUTE: i64 = 1 << 56;

impl TimeBase {
    /// The clock that the head of a file names.
    pub(crate) fn clock(kind: u32, ticks_a_second: i64, cycles_a_microsecond: u32) -> Clock {
        match kind {
            2 => Clock::System,
            3 => Clock::Cycles(i64::from(cycles_a_microsecond.max(1))),
            _ if ticks_a_second > 0 => Clock::Performance(ticks_a_second),
            _ => Clock::System,
        }
    }

    /// FILETIME of a stamp.
    pub(crate) fn filetime(&self, stamp: i64) -> i64 {
        let since = i128::from(stamp) - i128::from(self.stamp);
        let units = match self.clock {
            Clock::System if stamp >= ABSOLUTE => return stamp,
            Clock::System => since,
            Clock::Performance(ticks) => since * 10_000_000 / i128::from(ticks),
            Clock::Cycles(cycles) => since * 10 / i128::from(cycles),
        };
        let time = i128::from(self.start) + units;
        i64::try_from(time.max(0)).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 132_273_542_277_445_790;

    #[test]
    fn every_clock_gives_filetimes() {
        let base = |kind, ticks, cycles| TimeBase {
            clock: TimeBase::clock(kind, ticks, cycles),
            start: START,
            stamp: 1000,
        };
        assert_eq!(base(1, 10_000_000, 0).filetime(1007), START + 7);
        assert_eq!(base(1, 2_500_000, 0).filetime(1003), START + 12);
        assert_eq!(base(3, 0, 2000).filetime(21_000), START + 100);
        assert_eq!(base(2, 0, 0).filetime(START + 5), START + 5);
        assert_eq!(base(2, 0, 0).filetime(1005), START + 5);
        assert_eq!(base(1, 0, 0).clock, Clock::System);
    }

    #[test]
    fn no_stamp_overflows() {
        for clock in [Clock::System, Clock::Performance(1), Clock::Cycles(1)] {
            for stamp in [i64::MIN, -1, 0, i64::MAX] {
                let base = TimeBase {
                    clock,
                    start: i64::MAX,
                    stamp: i64::MIN,
                };
                assert!(base.filetime(stamp) >= 0);
            }
        }
    }
}
