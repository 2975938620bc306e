//! Amounts by the user's prices.

use content::Prices;
use model::campaign::{Estimate, MinedHost, Money};
use std::collections::BTreeSet;

/// With fewer shares than that, only "at least one share" can be said.
const ENOUGH: u64 = 10;

/// Of a sum behind so many shares, whose number is left to chance.
pub(super) fn estimate(sum: f64, shares: u64) -> Option<Estimate> {
    let n = shares as f64;
    match shares {
        0 => None,
        few if few < ENOUGH => Some(Estimate { estimate: sum / n, low: None, high: None, at_least: true }),
        _ => Some(Estimate {
            estimate: sum,
            low: Some(sum * (1.0 - 1.0 / n.sqrt())),
            high: Some(sum * (1.0 + 1.0 / n.sqrt())),
            at_least: false,
        }),
    }
}

pub(super) fn times(estimate: Estimate, factor: f64) -> Estimate {
    Estimate {
        estimate: estimate.estimate * factor,
        low: estimate.low.map(|v| v * factor),
        high: estimate.high.map(|v| v * factor),
        ..estimate
    }
}

/// What accepted hashes earn on average; or why that is not known.
pub(super) fn revenue(prices: &Prices, coins: &BTreeSet<String>, hashes: Option<Estimate>) -> Result<Money, String> {
    let hashes = hashes.ok_or("the attacker's revenue: no accepted share whose hashes are known")?;
    let coin = match coins.iter().collect::<Vec<_>>().as_slice() {
        [coin] => *coin,
        [] => return Err("the attacker's revenue: the coin is not known".to_owned()),
        _ => return Err("the attacker's revenue: several coins".to_owned()),
    };
    let price = prices.coins.get(coin).ok_or_else(|| format!("the attacker's revenue: the price file has no coin {coin}"))?;
    let each = price.reward * price.price * (1.0 - price.fee) / price.hashes_per_block;
    let fee = if price.fee > 0.0 { format!(" less the pool's {} %", price.fee * 100.0) } else { String::new() };
    Ok(Money {
        amount: times(hashes, each),
        currency: prices.currency.clone(),
        priced_on: prices.date.clone(),
        basis: format!(
            "expected: accepted hashes / {:.3e} a block x {} {coin} x {}{fee}",
            price.hashes_per_block, price.reward, price.price
        ),
    })
}

/// What the time of machines cost; or why that is not known.
pub(super) fn cost(prices: &Prices, hosts: &[MinedHost], seen: &str) -> Result<Money, String> {
    let hourly = prices.vcpu_hour.ok_or("the machines' cost: the price file has no `vcpu_hour`")?;
    let mut amount = 0.0;
    for host in hosts {
        let vcpus = prices
            .vcpus_of(&host.host)
            .ok_or_else(|| format!("the machines' cost: the price file has neither {} under `hosts` nor `vcpus`", host.host))?;
        amount += host.seconds / 3600.0 * vcpus * hourly * prices.cpu_share;
    }
    let share = match prices.cpu_share {
        whole if whole >= 1.0 => "the whole price".to_owned(),
        part => format!("{} % of the price", part * 100.0),
    };
    Ok(Money {
        amount: Estimate { estimate: amount, low: None, high: None, at_least: true },
        currency: prices.currency.clone(),
        priced_on: prices.date.clone(),
        basis: format!("{seen} x vCPUs x {hourly}, {share}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_follow_the_number_of_shares() {
        assert_eq!(estimate(0.0, 0), None);
        let few = estimate(4_000.0, 4).unwrap();
        assert_eq!((few.estimate, few.low, few.at_least), (1_000.0, None, true));
        // 1,200 shares of 75,000 in six hours are 4,167 +- 120 hashes a second.
        let many = times(estimate(1_200.0 * 75_000.0, 1_200).unwrap(), 1.0 / (6.0 * 3600.0));
        assert_eq!((many.estimate.round(), (many.high.unwrap() - many.estimate).round()), (4_167.0, 120.0));
    }
}
