//! When the shares of a session were sent: a bounded list of intervals, whose length doubles when the session outgrows it.

use super::shares::{Sum, Work};

/// No session has more intervals than that.
const MOST: usize = 24;
/// Ticks of ten minutes, the shortest interval.
const SHORTEST: i64 = 600 * SECOND;
/// Ticks.
const SECOND: i64 = 10_000_000;

#[derive(Debug, Default)]
pub(super) struct Pace {
    start: i64,
    /// Ticks; 0 before the first share.
    length: i64,
    sums: Vec<Sum>,
}

impl Pace {
    /// A share was sent at a time, in ticks, in a session that began then. Shares out of order count in the first or last interval.
    pub(super) fn share(&mut self, work: Option<Work>, at: i64, began: i64) {
        if self.length == 0 {
            // The first share took time, too.
            self.start = began.min(at);
            self.length = SHORTEST;
        }
        let place = loop {
            let place = usize::try_from(at.saturating_sub(self.start) / self.length).unwrap_or(0);
            if place < MOST {
                break place;
            }
            self.double();
        };
        if self.sums.len() <= place {
            self.sums.resize(place + 1, Sum::default());
        }
        if let Some(sum) = self.sums.get_mut(place) {
            sum.add(work);
        }
    }

    fn double(&mut self) {
        let pairs = self.sums.chunks(2).map(|pair| pair.iter().copied().reduce(Sum::with).unwrap_or_default());
        self.sums = pairs.collect();
        self.length = self.length.saturating_mul(2);
    }

    /// Start (ticks), length (seconds), shares and hashes of each interval, those without a share among them. The last one ends where
    /// the session does: whoever divides by its length divides by time that was seen.
    pub(super) fn intervals(&self, factor: Option<f64>, ended: i64) -> Vec<Interval> {
        let each = self.sums.iter().zip(0i64..).map(|(sum, n)| {
            let start = self.start.saturating_add(self.length.saturating_mul(n));
            let seen = ended.saturating_sub(start).clamp(0, self.length);
            Interval {
                start,
                seconds: seen.saturating_add(SECOND / 2).div_euclid(SECOND).max(1),
                shares: sum.shares,
                hashes: sum.hashes(factor),
            }
        });
        each.collect()
    }
}

/// The shares that were sent in a stretch of time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Interval {
    /// Ticks.
    pub(crate) start: i64,
    pub(crate) seconds: i64,
    pub(crate) shares: u64,
    /// `None` where the algorithm's factor is unknown, or no difficulty was seen.
    pub(crate) hashes: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_double_and_lose_no_share() {
        let mut pace = Pace::default();
        assert_eq!(pace.intervals(None, 0), []);
        for n in 0..10_000 {
            pace.share(Some(Work::Hashes(2.0)), 1_000 * SECOND + n * 60 * SECOND, 1_000 * SECOND);
        }
        let intervals = pace.intervals(None, 1_000 * SECOND + 9_999 * 60 * SECOND);
        assert!(intervals.len() <= MOST && intervals.len() > MOST / 2, "{intervals:?}");
        assert_eq!(intervals.iter().map(|i| i.shares).sum::<u64>(), 10_000);
        assert_eq!(intervals.iter().filter_map(|i| i.hashes).sum::<f64>(), 20_000.0);
        assert_eq!(intervals[0].start, 1_000 * SECOND);
        assert_eq!(intervals[1].start - intervals[0].start, intervals[0].seconds * SECOND);
    }

    #[test]
    fn an_interval_is_as_long_as_it_was_seen() {
        let mut pace = Pace::default();
        // Shares each 10 seconds, the first 10 seconds behind the login; the session ends with the last.
        for n in 1..=12 {
            pace.share(Some(Work::Hashes(100_000.0)), n * 10 * SECOND, 0);
        }
        let [only] = pace.intervals(None, 120 * SECOND).try_into().unwrap();
        assert_eq!((only.start, only.seconds, only.hashes), (0, 120, Some(1_200_000.0)));
        for n in 13..=90 {
            pace.share(Some(Work::Hashes(100_000.0)), n * 10 * SECOND, 0);
        }
        let lengths: Vec<(i64, u64)> = pace.intervals(None, 900 * SECOND).iter().map(|i| (i.seconds, i.shares)).collect();
        assert_eq!(lengths, [(600, 59), (300, 31)]);
        // A session of no length still has one.
        assert_eq!(pace.intervals(None, 0)[0].seconds, 1);
    }

    #[test]
    fn times_that_jump_are_held() {
        let mut pace = Pace::default();
        for at in [0, i64::MAX, i64::MIN, -5, 7] {
            pace.share(None, at, 3);
        }
        assert_eq!(pace.intervals(Some(1.0), 7).iter().map(|i| i.shares).sum::<u64>(), 5);
        assert!(pace.sums.len() <= MOST);
    }
}
