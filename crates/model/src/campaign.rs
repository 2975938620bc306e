//! What was mined and what it cost: the `campaign` lines of `hunt`. Stable.

use crate::Verdict;
use serde::{Deserialize, Serialize};

/// A number with its standard error. Shares come by chance: of `n` shares the relative error is 1/√n; of less than ten it is larger, and
/// larger above than below.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    pub estimate: f64,
    /// One standard error below and above; absent where nothing is left to chance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// What was seen came to that much; how much more there was is not known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_least: bool,
}

/// An amount by the user's prices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Money {
    #[serde(flatten)]
    pub amount: Estimate,
    pub currency: String,
    /// The day of the prices, as the user gives it.
    pub priced_on: String,
    /// What was multiplied, in words.
    pub basis: String,
}

/// Shares in a stretch of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RateAt {
    /// ISO 8601, UTC.
    pub start: String,
    pub seconds: i64,
    pub shares: u64,
    /// Hashes a second; absent where the algorithm's factor is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
}

/// One machine of a campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MinedHost {
    pub host: String,
    pub first_seen: Option<String>,
    pub last_seen: Option<String>,
    /// While sessions were seen; those that overlap count once.
    pub seconds: f64,
    pub shares_submitted: u64,
    pub shares_accepted: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rate_over_time: Vec<RateAt>,
}

/// What went to one wallet or login, from however many machines; or, where only flows were seen, what one machine spent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Campaign {
    pub id: String,
    /// The wallet, else the login; empty where none was seen.
    pub wallet: String,
    /// Explained where exclusions explain every session.
    pub verdict: Verdict,
    pub coins: Vec<String>,
    pub algorithms: Vec<String>,
    pub pools: Vec<String>,
    pub first_seen: Option<String>,
    pub last_seen: Option<String>,
    pub hosts: Vec<MinedHost>,
    pub shares_submitted: u64,
    pub shares_accepted: u64,
    /// Hashes behind the submitted shares: the work that the machines did.
    pub hashes: Option<Estimate>,
    /// Hashes a second over the time in which any of the hosts mined.
    pub rate: Option<Estimate>,
    /// What the shares that the pool accepted were worth to whoever owns the wallet.
    pub attacker_revenue: Option<Money>,
    /// What the machines' time cost their owner.
    pub victim_cost: Option<Money>,
    /// What could not be told, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
}
