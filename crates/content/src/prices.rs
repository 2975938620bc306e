//! A dated price file of the user's. Poolhound knows no price itself.

use crate::ContentError;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The prices of a day.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// The day that they are of, `2026-11-20`.
    pub date: String,
    pub currency: String,
    /// Of one vCPU for an hour.
    #[serde(default)]
    pub vcpu_hour: Option<f64>,
    /// vCPUs of a host that is not listed.
    #[serde(default)]
    pub vcpus: Option<f64>,
    /// The part of a machine's price that mining is charged with; 1, the default, is the whole bill, as of machines that an attacker made.
    #[serde(default = "whole")]
    pub cpu_share: f64,
    /// vCPUs by host, without regard to case.
    #[serde(default)]
    pub hosts: BTreeMap<String, f64>,
    #[serde(default)]
    pub coins: BTreeMap<String, Coin>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Coin {
    /// Of one coin.
    pub price: f64,
    /// Coins for a block.
    pub reward: f64,
    /// Hashes that a block takes on average: the network's difficulty for RandomX and Ethash, times 2^32 for Bitcoin's kin.
    pub hashes_per_block: f64,
    /// The pool's part of the earnings, as 0.01.
    #[serde(default)]
    pub fee: f64,
}

fn whole() -> f64 {
    1.0
}

impl Prices {
    pub fn load(path: &Path) -> Result<Self, ContentError> {
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|e| ContentError::file(&name, e))?;
        Self::parse(&name, &text)
    }

    pub fn parse(name: &str, text: &str) -> Result<Self, ContentError> {
        let prices: Self = serde_saphyr::from_str(text).map_err(|e| ContentError::file(name, e))?;
        prices.check().map_err(|why| ContentError::file(name, why))?;
        let upper = prices.coins.into_iter().map(|(coin, price)| (coin.to_uppercase(), price)).collect();
        let lower = prices.hosts.into_iter().map(|(host, vcpus)| (host.to_lowercase(), vcpus)).collect();
        Ok(Self { coins: upper, hosts: lower, ..prices })
    }

    fn check(&self) -> Result<(), String> {
        if chrono::NaiveDate::parse_from_str(&self.date, "%Y-%m-%d").is_err() {
            return Err(format!("`date` is {:?}, not a day as 2026-11-20: prices without their day mislead", self.date));
        }
        if self.currency.trim().is_empty() {
            return Err("`currency` is empty: write one as USD".to_owned());
        }
        let positive = |name: &str, number: f64| match number.is_finite() && number > 0.0 {
            true => Ok(()),
            false => Err(format!("`{name}` is {number}, and must be above 0")),
        };
        let part = |name: &str, number: f64| match (0.0..=1.0).contains(&number) {
            true => Ok(()),
            false => Err(format!("`{name}` is {number}, and must be from 0 to 1")),
        };
        for (name, number) in [("vcpu_hour", self.vcpu_hour), ("vcpus", self.vcpus)] {
            number.map_or(Ok(()), |n| positive(name, n))?;
        }
        part("cpu_share", self.cpu_share)?;
        for (host, vcpus) in &self.hosts {
            positive(&format!("hosts: {host}"), *vcpus)?;
        }
        for (name, coin) in &self.coins {
            positive(&format!("coins: {name}: price"), coin.price)?;
            positive(&format!("coins: {name}: reward"), coin.reward)?;
            positive(&format!("coins: {name}: hashes_per_block"), coin.hashes_per_block)?;
            part(&format!("coins: {name}: fee"), coin.fee)?;
        }
        Ok(())
    }

    /// vCPUs of a host, where they are given.
    pub fn vcpus_of(&self, host: &str) -> Option<f64> {
        self.hosts.get(&host.to_lowercase()).copied().or(self.vcpus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_and_checked() {
        let text = "date: 2026-11-20\ncurrency: USD\nvcpu_hour: 0.05\nvcpus: 4\nhosts:\n  WEB-01: 8\ncoins:\n  xmr: {price: 160, reward: 0.6, hashes_per_block: 4.3e11}\n";
        let prices = Prices::parse("p.yaml", text).unwrap();
        assert_eq!((prices.vcpus_of("web-01"), prices.vcpus_of("other")), (Some(8.0), Some(4.0)));
        assert_eq!((prices.coins["XMR"].fee, prices.cpu_share), (0.0, 1.0));
        for (from, to, told) in [
            ("2026-11-20", "lately", "not a day"),
            ("USD", "''", "currency"),
            ("0.05", "-1", "vcpu_hour"),
            ("WEB-01: 8", "WEB-01: 0", "WEB-01"),
            ("4.3e11", "0", "hashes_per_block"),
            ("4.3e11}", "1, fee: 2}", "fee"),
            ("vcpus", "cpus", "cpus"),
        ] {
            let error = Prices::parse("p.yaml", &text.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains("p.yaml") && error.contains(told), "{to}: {error}");
        }
    }
}
