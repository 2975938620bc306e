//! Share arithmetic: from a target or a difficulty to the hashes that a share takes on average, and the sums of a session.
//!
//! A share is a hash below the target, so it takes 2^256 / target hashes on average. Stratum v1 names a difficulty instead, whose unit
//! is a number of hashes that depends on the algorithm (see [`super::factors`]).

use std::collections::VecDeque;

/// So many jobs are remembered.
const MOST_JOBS: usize = 32;
const LONGEST_JOB: usize = 128;

/// What one share of a job takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Work {
    /// In units of the algorithm.
    Difficulty(f64),
    Hashes(f64),
}

impl Work {
    pub(super) fn number(self) -> f64 {
        match self {
            Self::Difficulty(number) | Self::Hashes(number) => number,
        }
    }

    pub(super) fn difficulty(number: f64) -> Option<Self> {
        (number.is_finite() && number > 0.0).then_some(Self::Difficulty(number))
    }
}

/// CryptoNote's target: 4 or 8 bytes, the lowest first, in hexadecimal; of the short form only the upper half of the limit is told.
pub(super) fn cryptonote_target(hex: &str) -> Option<Work> {
    let mut bytes = [0u8; 8];
    let size = hex.len() / 2;
    if !hex.len().is_multiple_of(2) || size == 0 || size > 8 {
        return None;
    }
    for (at, place) in bytes.iter_mut().take(size).enumerate() {
        *place = u8::from_str_radix(hex.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    let told = u64::from_le_bytes(bytes);
    let target = if size <= 4 { u64::MAX / (u64::from(u32::MAX).checked_div(told)?) } else { told };
    (target > 0).then(|| Work::Hashes(2f64.powi(64) / target as f64))
}

/// The upper half of the limit as a number, which Yadacoin's pools write with the highest digit first.
pub(super) fn number_target(hex: &str) -> Option<Work> {
    let target = u64::from_str_radix(hex, 16).ok()?;
    (target > 0).then(|| Work::Hashes(2f64.powi(64) / target as f64))
}

/// A limit of 256 bits, the highest digit first, with or without `0x`.
pub(super) fn boundary(hex: &str) -> Option<Work> {
    let digits = hex.strip_prefix("0x").unwrap_or(hex);
    if digits.is_empty() || digits.len() > 64 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let target = digits.chars().fold(0f64, |sum, digit| sum * 16.0 + f64::from(digit.to_digit(16).unwrap_or_default()));
    (target > 0.0).then(|| Work::Hashes(2f64.powi(256) / target))
}

/// A limit as a decimal number.
pub(super) fn decimal_target(digits: &str) -> Option<Work> {
    if digits.is_empty() || digits.len() > 80 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let target: f64 = digits.parse().ok()?;
    (target > 0.0).then(|| Work::Hashes(2f64.powi(256) / target))
}

/// A limit of 256 bits, the lowest byte first.
pub(super) fn boundary_bytes(bytes: &[u8]) -> Option<Work> {
    let target = bytes.iter().rev().fold(0f64, |sum, byte| sum * 256.0 + f64::from(*byte));
    (target > 0.0 && bytes.len() == 32).then(|| Work::Hashes(2f64.powi(256) / target))
}

/// A limit as the headers of blocks have it: three bytes, and how many bytes it has in all.
pub(super) fn compact_target(bits: u32) -> Option<Work> {
    let mantissa = f64::from(bits & 0x00ff_ffff);
    let exponent = i32::try_from(bits >> 24).ok()? - 3;
    let target = mantissa * 2f64.powi(8 * exponent);
    (target > 0.0 && exponent <= 29).then(|| Work::Hashes(2f64.powi(256) / target))
}

/// The network's difficulty by a header's bits.
pub(super) fn network_difficulty(bits: u32) -> Option<f64> {
    let mantissa = f64::from(bits & 0x007f_ffff);
    let exponent = i32::try_from(bits >> 24).ok()? - 3;
    let one = 65_535.0 * 2f64.powi(8 * (0x1d - 3));
    (mantissa > 0.0).then(|| one / (mantissa * 2f64.powi(8 * exponent)))
}

/// The jobs of a session and what their shares take.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    known: VecDeque<(String, Work)>,
    pub(super) current: Option<Work>,
}

impl Jobs {
    pub(super) fn set(&mut self, work: Option<Work>) {
        if work.is_some() {
            self.current = work;
        }
    }

    /// A job was handed out under the difficulty in force.
    pub(super) fn add(&mut self, job: &str) {
        let Some(work) = self.current else { return };
        if job.len() > LONGEST_JOB {
            return;
        }
        self.known.retain(|(known, _)| known != job);
        if self.known.len() >= MOST_JOBS {
            self.known.pop_front();
        }
        self.known.push_back((job.to_owned(), work));
    }

    /// Of a share's job; where that is not known, what is in force.
    pub(super) fn work(&self, job: &str) -> Option<Work> {
        self.known.iter().find(|(known, _)| known == job).map(|(_, work)| *work).or(self.current)
    }
}

#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Sum {
    pub(super) shares: u64,
    difficulty: f64,
    hashes: f64,
    unknown: u64,
}

impl Sum {
    pub(super) fn add(&mut self, work: Option<Work>) {
        self.shares = self.shares.saturating_add(1);
        match work {
            Some(Work::Difficulty(number)) => self.difficulty += number,
            Some(Work::Hashes(number)) => self.hashes += number,
            None => self.unknown = self.unknown.saturating_add(1),
        }
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self {
            shares: self.shares.saturating_add(other.shares),
            difficulty: self.difficulty + other.difficulty,
            hashes: self.hashes + other.hashes,
            unknown: self.unknown.saturating_add(other.unknown),
        }
    }

    pub(super) fn hashes(&self, factor: Option<f64>) -> Option<f64> {
        if self.shares == self.unknown {
            return None;
        }
        let units = if self.difficulty > 0.0 { self.difficulty * factor? } else { 0.0 };
        Some(self.hashes + units)
    }
}

/// The shares of a session.
#[derive(Debug, Default)]
pub(super) struct Tally {
    submitted: Sum,
    accepted: Sum,
    rejected: u64,
}

impl Tally {
    pub(super) fn submit(&mut self, work: Option<Work>) {
        self.submitted.add(work);
    }

    pub(super) fn answer(&mut self, accepted: bool, work: Option<Work>) {
        if accepted {
            self.accepted.add(work);
        } else {
            self.rejected = self.rejected.saturating_add(1);
        }
    }

    /// So many shares were accepted at once; their work is not told apart.
    pub(super) fn accept_many(&mut self, count: u64, work: Option<Work>) {
        for _ in 0..count.min(10_000) {
            self.accepted.add(work);
        }
    }

    pub(super) fn submitted(&self) -> u64 {
        self.submitted.shares
    }

    pub(super) fn accepted(&self) -> u64 {
        self.accepted.shares
    }

    pub(super) fn rejected(&self) -> u64 {
        self.rejected
    }

    /// Submitted without a difficulty in force that was seen.
    pub(super) fn unknown(&self) -> u64 {
        self.submitted.unknown
    }

    pub(super) fn hashes(&self, factor: Option<f64>) -> Option<f64> {
        self.submitted.hashes(factor)
    }

    pub(super) fn accepted_hashes(&self, factor: Option<f64>) -> Option<f64> {
        self.accepted.hashes(factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(work: Option<Work>) -> f64 {
        work.unwrap().number()
    }

    fn near(a: f64, b: f64) -> bool {
        (a / b - 1.0).abs() < 1e-6
    }

    #[test]
    fn targets_of_cryptonote_agree_with_worked_examples() {
        assert!((hashes(cryptonote_target("b88d0600")) - 10_000.0).abs() < 0.5);
        assert!((hashes(cryptonote_target("711b0d00")) - 5_000.0).abs() < 0.5);
        assert!(near(hashes(cryptonote_target("ffffffff")), 1.0));
        // 2^64 / 2^44.
        assert!(near(hashes(cryptonote_target("0000000000100000")), 2f64.powi(20)));
        for bad in ["", "b88d060", "00000000", "0000000000000000", "zz8d0600", "b88d0600b88d0600b8"] {
            assert_eq!(cryptonote_target(bad), None, "{bad}");
        }
    }

    #[test]
    fn boundaries_agree_with_worked_examples() {
        // Ethereum pools' 4.295 GH: 2^256 / 0x00000000ffff0000...
        let told = format!("0x00000000ffff{}", "0".repeat(52));
        assert!(near(hashes(boundary(&told)), 2f64.powi(48) / 65_535.0));
        assert!(near(hashes(boundary(&format!("00000000{}", "f".repeat(56)))), 2f64.powi(32)));
        let mut bytes = [0u8; 32];
        bytes[27] = 1;
        assert!(near(hashes(boundary_bytes(&bytes)), 2f64.powi(256 - 216)));
        for bad in ["", "0x", "0x00", "xyz", &"f".repeat(65)] {
            assert_eq!(boundary(bad), None, "{bad}");
        }
    }

    #[test]
    fn bits_give_the_networks_difficulty() {
        assert!(near(network_difficulty(0x1d00_ffff).unwrap(), 1.0));
        // Block 100,800 of Bitcoin.
        assert!((network_difficulty(0x1b04_864c).unwrap() - 14_484.162).abs() < 0.01);
        assert_eq!(network_difficulty(0x1d00_0000), None);
    }

    #[test]
    fn sums_say_unknown_where_a_factor_is_missing() {
        let mut tally = Tally::default();
        assert_eq!(tally.hashes(Some(1.0)), None);
        tally.submit(None);
        assert_eq!(tally.hashes(Some(1.0)), None);
        tally.submit(Some(Work::Difficulty(3.0)));
        assert_eq!(tally.hashes(None), None);
        assert_eq!(tally.hashes(Some(2.0)), Some(6.0));
        tally.submit(Some(Work::Hashes(5.0)));
        assert_eq!(tally.hashes(Some(2.0)), Some(11.0));
        assert_eq!((tally.submitted(), tally.unknown()), (3, 1));
    }

    #[test]
    fn a_share_counts_with_the_difficulty_of_its_job() {
        let mut jobs = Jobs::default();
        jobs.set(Work::difficulty(1.0));
        jobs.add("a");
        jobs.set(Work::difficulty(8.0));
        jobs.add("b");
        assert_eq!(jobs.work("a"), Some(Work::Difficulty(1.0)));
        assert_eq!(jobs.work("b"), Some(Work::Difficulty(8.0)));
        assert_eq!(jobs.work("c"), Some(Work::Difficulty(8.0)));
        for job in 0..100 {
            jobs.add(&job.to_string());
        }
        assert!(jobs.known.len() <= MOST_JOBS);
    }
}
