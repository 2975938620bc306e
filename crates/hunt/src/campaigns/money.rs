//! Amounts by the user's prices.

use content::Prices;
use model::campaign::{Estimate, MinedHost, Money};
use std::collections::BTreeSet;

/// From so many shares on, their number's error is 1/√n on both sides.
const ENOUGH: u64 = 10;

/// Of a sum behind so many shares, whose number is left to chance: with one standard error on each side. Of few shares the two differ, as
/// fewer than none cannot be (the approximation of N. Gehrels, 1986, to the bounds of Poisson's distribution).
pub(super) fn estimate(sum: f64, shares: u64) -> Option<Estimate> {
    let n = shares as f64;
    let (low, high) = match shares {
        0 => return None,
        few if few < ENOUGH => {
            let over = n + 1.0;
            (
                n * (1.0 - 1.0 / (9.0 * n) - 1.0 / (3.0 * n.sqrt())).powi(3),
                over * (1.0 - 1.0 / (9.0 * over) + 1.0 / (3.0 * over.sqrt())).powi(3),
            )
        }
        _ => (n - n.sqrt(), n + n.sqrt()),
    };
    Some(Estimate { estimate: sum, low: Some(sum / n * low), high: Some(sum / n * high), at_least: false })
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
        // The bounds of 1, 4 and 9 events are 0.17 to 3.3, 2.1 to 7.2 and 6.1 to 13.1.
        for (shares, low, high) in [(1, 0.17, 3.30), (4, 2.09, 7.16), (9, 6.06, 13.11)] {
            let few = estimate(shares as f64 * 100_000.0, shares).unwrap();
            assert_eq!((few.estimate, few.at_least), (shares as f64 * 100_000.0, false));
            let near = |found: Option<f64>, wanted: f64| (found.unwrap() / 100_000.0 - wanted).abs() < 0.02;
            assert!(near(few.low, low) && near(few.high, high), "{few:?}");
        }
        // 1,200 shares of 75,000 in six hours are 4,167 +- 120 hashes a second.
        let many = times(estimate(1_200.0 * 75_000.0, 1_200).unwrap(), 1.0 / (6.0 * 3600.0));
        assert_eq!((many.estimate.round(), (many.high.unwrap() - many.estimate).round()), (4_167.0, 120.0));
    }
}
