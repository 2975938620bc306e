//! How even the rate of a connection is that is told in many records: what a miner's shares and jobs look like over hours, and what is
//! lost when its records become one row.

use model::ticks;

/// The shortest time of which a rate is taken. Shorter ones say more of the record's timeouts than of the connection.
const STEP: i64 = 10 * ticks::MINUTE;

/// Rates of the steps so far; bounded whatever the connection's length.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Evenness {
    /// The start of the step that is not over, and its bytes.
    start: Option<i64>,
    bytes: f64,
    /// Welford's sums over the steps that are.
    steps: u32,
    mean: f64,
    squares: f64,
}

impl Evenness {
    /// Takes in a record by its start. The last step is never over: what it would have moved is not known.
    pub(crate) fn add(&mut self, at: i64, bytes: i64) {
        let bytes = bytes.max(0) as f64;
        match self.start {
            // A connection that begins with nothing begins with its first bytes.
            None if bytes == 0.0 => {}
            None => (self.start, self.bytes) = (Some(at), bytes),
            Some(start) if at.saturating_sub(start) >= STEP => {
                let rate = self.bytes * ticks::SECOND as f64 / at.saturating_sub(start) as f64;
                self.steps = self.steps.saturating_add(1);
                let far = rate - self.mean;
                self.mean += far / f64::from(self.steps);
                self.squares += far * (rate - self.mean);
                (self.start, self.bytes) = (Some(at), bytes);
            }
            Some(_) => self.bytes += bytes,
        }
    }

    /// How many steps there were and the standard deviation of their rates over their mean; `None` for fewer than two.
    pub(crate) fn told(&self) -> Option<(i64, f64)> {
        let apart = f64::from(self.steps.checked_sub(1).filter(|n| *n > 0)?);
        (self.mean > 0.0).then(|| (i64::from(self.steps), (self.squares / apart).sqrt() / self.mean))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(records: impl IntoIterator<Item = (i64, i64)>) -> Option<(i64, String)> {
        let mut even = Evenness::default();
        records.into_iter().for_each(|(minute, bytes)| even.add(minute * ticks::MINUTE, bytes));
        even.told().map(|(steps, deviation)| (steps, format!("{deviation:.3}")))
    }

    #[test]
    fn rates_of_ten_minutes() {
        assert_eq!(told([]), None);
        assert_eq!(told((0..3).map(|n| (n * 5, 100))), None);
        // A begin without bytes, then every five minutes the same.
        let even = std::iter::once((0, 0)).chain((1..=13).map(|n| (n * 5, 100)));
        assert_eq!(told(even), Some((6, "0.000".to_owned())));
        // Records of one minute and of half an hour.
        assert_eq!(told((0..31).map(|n| (n, 100))), Some((3, "0.000".to_owned())));
        assert_eq!(told((0..4).map(|n| (n * 30, 100 * (n % 2 + 1)))), Some((3, "0.433".to_owned())));
        assert_eq!(told((0..100).map(|n| (n * 10, if n == 50 { 1_000_000 } else { 100 }))), Some((99, "9.852".to_owned())));
        // Late records are of the step that is not over; times may be any.
        assert_eq!(told([(0, 50), (10, 100), (5, 50), (20, 100)]), Some((2, "0.707".to_owned())));
        assert_eq!(told([(i64::MIN / ticks::MINUTE, 1), (i64::MAX / ticks::MINUTE, 1), (i64::MIN / ticks::MINUTE, i64::MIN)]), None);
    }
}
